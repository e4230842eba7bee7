/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * GRUB and others that UEFI starts from an EFI system partition. They are files, copied like
 * others, and find their way by text files that are edited: a vendor's stub grub.cfg, boot loader
 * entries. What grub-install itself makes, without a vendor's signed image, has that text built in
 * (util/grub-install.c: load.cfg), and then an old UUID is in the program.
 */
#include "boot/boot.h"

/* Below the partition's root; on FAT names have any case, but a glob has one. */
static const char *const programs[] = { "/EFI/*/*.efi", "/EFI/*/*.EFI", NULL };

static const char *const texts[] = { "/EFI/*/grub.cfg", NULL };

static gboolean
detect (GBytes *head, GHashTable *files)
{
  (void)head;
  return tpl_boot_has_file (files, programs);
}

const TplBootDriver tpl_boot_efi
    = { .name = "efi", .uefi = TRUE, .texts = texts, .programs = programs, .detect = detect };
