/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * systemd-boot: a program on the EFI system partition without a name in it, which finds entries
 * (src/refs' bls) beside itself and on the partition of type "extended boot loader", and unified
 * kernel images (The Boot Loader Specification). Their command line is built in, and so is their
 * initramfs: neither can be edited, since they may be signed.
 */
#include "boot/boot.h"

/* Others beside it are among efi's. */
static const char *const programs[] = { "/EFI/systemd/systemd-boot*.efi", NULL };

static gboolean
detect (GBytes *head, GHashTable *files)
{
  (void)head;
  return tpl_boot_has_file (files, programs);
}

const TplBootDriver tpl_boot_systemd_boot
    = { .name = "systemd-boot", .uefi = TRUE, .programs = programs, .detect = detect };
