/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Loaders that UEFI starts from an EFI system partition. They are files, copied like others, and find
 * their way by text files that are edited: a vendor's stub grub.cfg, boot loader entries. What
 * grub-install itself makes, without a vendor's signed image, has that text built in (util/grub-install.c:
 * load.cfg), and then an old UUID is in the program.
 */
#include <string.h>

#include "boot/boot.h"
#include "error.h"

#define VENDOR(name) "/EFI/" name "/grubx64.efi"

/* On FAT, whatever the case. */
static const char *const paths[]
    = { "/EFI/BOOT/BOOTX64.EFI",
        "/EFI/BOOT/grubx64.efi",
        VENDOR ("debian"),
        VENDOR ("ubuntu"),
        VENDOR ("fedora"),
        VENDOR ("centos"),
        VENDOR ("redhat"),
        VENDOR ("rocky"),
        VENDOR ("almalinux"),
        VENDOR ("opensuse"),
        VENDOR ("sles"),
        VENDOR ("arch"),
        VENDOR ("grub"),
        NULL };

/* The type of an EFI system partition as a GPT's entry has it (UEFI 2.10, table 5-7). */
static const guint8 esp_type[] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                   0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
#define GPT_HEADER_START  512u
#define GPT_ENTRIES_START 1024u
#define GPT_ENTRIES_BYTES (128u * 128)

static gboolean
detect (GBytes *head)
{
  gsize length = 0;
  const char *bytes = g_bytes_get_data (head, &length);
  return length >= GPT_ENTRIES_START + GPT_ENTRIES_BYTES
         && memcmp (bytes + GPT_HEADER_START, "EFI PART", 8) == 0
         && memmem (bytes + GPT_ENTRIES_START, GPT_ENTRIES_BYTES, esp_type, sizeof esp_type);
}

static gboolean
check (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files, GError **error)
{
  (void)plan, (void)head;
  g_autoptr (TplRefLeftover) old = tpl_boot_old_name (map, files);
  return !old
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "GRUB on the EFI system partition (%s) has %s built in: use --identity keep, "
                      "or install the distribution's signed GRUB in the guest",
                      old->path, old->found);
}

const TplBootDriver tpl_boot_efi
    = { .name = "efi", .paths = paths, .detect = detect, .check = check };
