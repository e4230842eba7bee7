/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/fat-superblock.h"

#include "adapt/little-endian.h"
#include "error.h"
#include "plan/size.h"

/* Offsets of the BIOS parameter block; all numbers are little-endian. */
enum {
  SECTOR_BYTES = 11,
  SECTORS_PER_CLUSTER = 13,
  RESERVED_SECTORS = 14,
  FATS = 16,
  ROOT_ENTRIES = 17,
  SECTORS_16 = 19,
  FAT_SECTORS_16 = 22,
  SECTORS_32 = 32,
  FAT_SECTORS_32 = 36,
  ROOT_CLUSTER = 44,
  SIGNATURE = 510,
};

/* A directory's entry: eleven bytes of name, attributes. */
#define NAME_BYTES        11u
#define ENTRY_END         0x00u
#define ENTRY_DELETED     0xe5u
#define ENTRY_ESCAPED_E5  0x05u
#define ATTRIBUTES        11u
#define ATTRIBUTE_VOLUME  0x08u
#define ATTRIBUTES_LONG   0x0fu /* a piece of a long name */
#define ATTRIBUTES_MASK   0x3fu

/* The number of clusters alone says which FAT it is. */
#define FAT12_CLUSTERS_MOST 4084u
#define FAT16_CLUSTERS_MOST 65524u
#define ROOT_ENTRY_BYTES    32u

static gboolean
set_facts (TplVolume *volume, const guint8 *boot)
{
  const guint64 sector = tpl_le16 (boot, SECTOR_BYTES);
  const guint64 per_cluster = boot[SECTORS_PER_CLUSTER];
  const guint64 sectors = tpl_le16 (boot, SECTORS_16) ? tpl_le16 (boot, SECTORS_16)
                                                      : tpl_le32 (boot, SECTORS_32);
  const guint64 fat = tpl_le16 (boot, FAT_SECTORS_16) ? tpl_le16 (boot, FAT_SECTORS_16)
                                                      : tpl_le32 (boot, FAT_SECTORS_32);
  const guint64 fats = boot[FATS];
  const guint64 entries = tpl_le16 (boot, ROOT_ENTRIES);
  if (!tpl_size_is_power_of_two (sector, 512, 4096)
      || !tpl_size_is_power_of_two (per_cluster, 1, 128) || fats == 0 || fats > 4
      || sectors * sector > volume->size_bytes)
    return FALSE;
  const guint64 before = tpl_le16 (boot, RESERVED_SECTORS) + fats * fat
                         + (entries * ROOT_ENTRY_BYTES + sector - 1) / sector;
  if (before >= sectors)
    return FALSE;
  const guint64 clusters = (sectors - before) / per_cluster;
  tpl_volume_set_fact (volume, "sector_bytes", sector);
  tpl_volume_set_fact (volume, "cluster_bytes", sector * per_cluster);
  tpl_volume_set_fact (volume, "clusters", clusters);
  tpl_volume_set_fact (volume, "fats", fats);
  tpl_volume_set_fact (volume, "root_entries", entries);
  tpl_volume_set_fact (volume, "fat_start_bytes", tpl_le16 (boot, RESERVED_SECTORS) * sector);
  tpl_volume_set_fact (volume, "root_start_bytes",
                       (tpl_le16 (boot, RESERVED_SECTORS) + fats * fat) * sector);
  tpl_volume_set_fact (volume, "data_start_bytes", before * sector);
  tpl_volume_set_fact (volume, "root_cluster", tpl_le32 (boot, ROOT_CLUSTER));
  tpl_volume_set_fact (volume, "fat_bits", clusters <= FAT12_CLUSTERS_MOST   ? 12
                                           : clusters <= FAT16_CLUSTERS_MOST ? 16
                                                                             : 32);
  return TRUE;
}

gboolean
tpl_fat_superblock_read (GBytes *sector, TplVolume *volume, GError **error)
{
  gsize length = 0;
  const guint8 *boot = g_bytes_get_data (sector, &length);
  if (length >= TPL_FAT_SUPERBLOCK_BYTES && tpl_le16 (boot, SIGNATURE) == 0xaa55
      && set_facts (volume, boot))
    return TRUE;
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "the boot sector of the FAT filesystem on %s is damaged: run fsck.vfat on it",
                   volume->id);
}

char *
tpl_fat_label_read (GBytes *entries, gboolean *ended)
{
  gsize length = 0;
  const guint8 *entry = g_bytes_get_data (entries, &length);
  *ended = FALSE;
  for (; length >= ROOT_ENTRY_BYTES; entry += ROOT_ENTRY_BYTES, length -= ROOT_ENTRY_BYTES) {
    const guint8 attributes = entry[ATTRIBUTES] & ATTRIBUTES_MASK;
    *ended = entry[0] == ENTRY_END;
    if (*ended)
      return NULL;
    if (entry[0] == ENTRY_DELETED || attributes == ATTRIBUTES_LONG
        || !(attributes & ATTRIBUTE_VOLUME))
      continue;
    char *label = g_strndup ((const char *)entry, NAME_BYTES);
    if ((guint8)label[0] == ENTRY_ESCAPED_E5)
      label[0] = (char)ENTRY_DELETED;
    return g_strchomp (label);
  }
  return NULL;
}
