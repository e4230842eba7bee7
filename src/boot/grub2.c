/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * GRUB 2 for the BIOS: boot.img in the master boot record; core.img in the sectors behind it, or on a
 * GPT disk in the BIOS boot partition. Both are carried over byte for byte, which is right as long as what the core was told at
 * installation stays true: the partition number of /boot (numbers never change), or, if /boot is in
 * LVM or grub-install wrote a load.cfg, names and UUIDs (util/grub-install.c).
 */
#include <string.h>

#include "adapt/little-endian.h"
#include "boot/boot.h"
#include "error.h"

/* Where boot.img has the text "GRUB " differs from version to version. */
#define BOOT_CODE_BYTES 440u
/* Where boot.img names the first sector of core.img (include/grub/i386/pc/boot.h:
 * GRUB_BOOT_MACHINE_KERNEL_SECTOR); core.img names its own further ones. */
#define CORE_SECTOR_OFFSET 0x5cu
#define SECTOR_BYTES       512u

static const char *const texts[]
    = { "/boot/grub/i386-pc/load.cfg", "/boot/grub2/i386-pc/load.cfg", "/grub/i386-pc/load.cfg",
        "/grub2/i386-pc/load.cfg", NULL };
static const char *const legacy[] = { "/boot/grub/stage2", "/grub/stage2", NULL };

static gboolean
detect (GBytes *head, GHashTable *files)
{
  (void)files;
  gsize length = 0;
  const char *code = g_bytes_get_data (head, &length);
  return length >= BOOT_CODE_BYTES && memmem (code, BOOT_CODE_BYTES, "GRUB ", 5) != NULL;
}

static guint64
core_start_bytes (GBytes *head)
{
  gsize length = 0;
  const guint8 *code = g_bytes_get_data (head, &length);
  guint64 sector = length >= CORE_SECTOR_OFFSET + sizeof sector
                       ? tpl_le64 (code, CORE_SECTOR_OFFSET)
                       : 0;
  return sector > G_MAXUINT64 / SECTOR_BYTES ? G_MAXUINT64 : sector * SECTOR_BYTES;
}

/* The core must be where it is carried over, and come to lie at the same sectors. */
static gboolean
check_core (const TplPlan *plan, GBytes *head, GError **error)
{
  const TplLayout *before = plan->before->layout;
  guint64 core = core_start_bytes (head), first = before->size_bytes;
  for (guint i = 0; i < before->partitions->len; i++) {
    const TplPartition *partition = before->partitions->pdata[i];
    first = MIN (first, partition->start_bytes);
    if (core < partition->start_bytes || core >= partition->end_bytes
        || !tpl_partition_is_bios_boot (partition))
      continue;
    const TplPartition *after = tpl_layout_partition (plan->after, partition->number);
    return (after && after->start_bytes == partition->start_bytes)
           || tpl_fail (error, TPL_ERROR_REFUSED,
                        "GRUB's core is in the BIOS boot partition %" G_GUINT64_FORMAT
                        ", which lies behind others and would move: that is not supported yet",
                        partition->number);
  }
  if (g_strcmp0 (before->table, "msdos") == 0 && core < first)
    return TRUE;
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "GRUB's core is neither in the gap of an MBR disk nor in a BIOS boot partition, "
                   "but in a file that is found by its place (block lists): give the disk a BIOS "
                   "boot partition and run grub-install in the guest");
}

static gboolean
check (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files, GError **error)
{
  if (tpl_boot_has_file (files, legacy))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the disk's boot loader is GRUB Legacy (0.97), which is not supported: install "
                     "GRUB 2 in the guest, and remove its stage2");
  if (!check_core (plan, head, error))
    return FALSE;
  if (tpl_ref_map_is_identity (map))
    return TRUE;
  const TplVolume *boot = tpl_boot_volume (plan);
  if (boot && g_str_has_prefix (boot->id, "lv:"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "/boot is in LVM, whose names GRUB's core image holds: a new identity is not "
                     "supported there yet; use --identity keep");
  if (boot && g_str_has_prefix (boot->id, "luks:"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "/boot is encrypted, and GRUB's core image opens it by its UUID: a new identity is "
                     "not supported there; use --identity keep");
  g_autoptr (TplRefLeftover) old = tpl_boot_old_name (map, files);
  return !old
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "GRUB's core image was installed with %s in it (%s): run grub-install in "
                      "the guest without it, or use --identity keep",
                      old->found, old->path);
}

const TplBootDriver tpl_boot_grub2
    = { .name = "grub2", .texts = texts, .programs = legacy, .detect = detect, .check = check };
