/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * EXTLINUX (SYSLINUX for ext2 to ext4): a generic master boot record starts the active partition's
 * boot sector, which knows the first sector of ldlinux.sys, which knows its other ones. They are
 * put right by tpl-helper, in the guest's own version of the loader, whose modules fit no other. It
 * finds its configuration (src/refs' extlinux) by path.
 */
#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "helper/ldlinux.h"

#define SECTOR 512u

static const char *const texts[]
    = { "/boot/ldlinux.sys", "/boot/extlinux/ldlinux.sys", "/boot/syslinux/ldlinux.sys",
        "/ldlinux.sys", "/extlinux/ldlinux.sys", "/syslinux/ldlinux.sys", NULL };

/* What GRUB has taken the disk over from may still lie there. */
static gboolean
detect (GBytes *head, GHashTable *files)
{
  gsize length = 0;
  const char *code = g_bytes_get_data (head, &length);
  return tpl_boot_has_file (files, texts)
         && (length < 440 || !memmem (code, 440, "GRUB ", strlen ("GRUB ")));
}

static GBytes *
find_file (GHashTable *files)
{
  GBytes *found = NULL;
  for (size_t i = 0; texts[i] && !found; i++)
    found = g_hash_table_lookup (files, texts[i]);
  return found;
}

static gboolean
check (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files, GError **error)
{
  (void)map, (void)head;
  const TplVolume *boot = tpl_boot_volume (plan);
  GBytes *file = find_file (files);
  gsize size = 0;
  const guint8 *image = file ? g_bytes_get_data (file, &size) : NULL;
  const char *trouble = image ? tpl_ldlinux_trouble (image, size) : "it is empty";
  if (!boot || !g_str_has_prefix (boot->id, "part:") || !g_str_has_prefix (boot->type, "ext"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the boot loader is EXTLINUX, which is supported where /boot is ext2, ext3 or "
                     "ext4 on a partition, not on %s: install GRUB 2 in the guest",
                     boot ? boot->type : "an unknown volume");
  return !trouble
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "the guest's ldlinux.sys can't be made to start from another place: %s", trouble);
}

static gboolean
install (const TplBootInstall *install, GError **error)
{
  g_autofree char *start = g_strdup_printf ("%" G_GUINT64_FORMAT, install->start_bytes / SECTOR);
  g_autofree char *sectors = g_strdup_printf ("%" G_GUINT64_FORMAT, install->size_bytes / SECTOR);
  const char *argv[] = { "tpl-helper", "extlinux", install->root, install->path, install->boot_in,
                         install->boot_out, start, sectors, NULL };
  return install->disk->run (install->disk, argv, NULL, NULL, error);
}

const TplBootDriver tpl_boot_extlinux = {
  .name = "extlinux", .texts = texts, .detect = detect, .check = check, .install = install
};
