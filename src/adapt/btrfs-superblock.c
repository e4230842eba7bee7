/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/btrfs-superblock.h"

#include "adapt/little-endian.h"
#include "error.h"
#include "fs/fs-plan.h"
#include "plan/size.h"

/* Offsets of what is read; all numbers are little-endian. */
enum {
  FLAGS = 0x38,
  MAGIC = 0x40,
  TOTAL_BYTES = 0x70,
  BYTES_USED = 0x78,
  DEVICES = 0x88,
  SECTOR_SIZE = 0x90,
  NODE_SIZE = 0x94,
  COMPAT = 0xac,
  RO_COMPAT = 0xb4,
  INCOMPAT = 0xbc,
  CHECKSUM_TYPE = 0xc4,
};

#define BTRFS_MAGIC "_BHRfS_M"
/* Bits of the flags: a seed of other filesystems; a dump of metadata alone; a change of the UUID
 * that was not finished. */
#define FLAG_SEEDING  (G_GUINT64_CONSTANT (1) << 32)
#define FLAG_METADUMP (G_GUINT64_CONSTANT (3) << 33)
#define FLAG_CHANGING (G_GUINT64_CONSTANT (3) << 35)

gboolean
tpl_btrfs_superblock_read (GBytes *superblock, TplVolume *volume, GError **error)
{
  gsize length = 0;
  const guint8 *sb = g_bytes_get_data (superblock, &length);
  if (length < TPL_BTRFS_SUPERBLOCK_BYTES
      || memcmp (sb + MAGIC, BTRFS_MAGIC, strlen (BTRFS_MAGIC)) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "%s has no btrfs superblock", volume->id);
  const guint64 words[]
      = { tpl_le64 (sb, COMPAT), tpl_le64 (sb, INCOMPAT), tpl_le64 (sb, RO_COMPAT) };
  if (!tpl_features_read (tpl_btrfs_features, words, volume, error))
    return FALSE;
  const guint64 total = tpl_le64 (sb, TOTAL_BYTES), used = tpl_le64 (sb, BYTES_USED);
  const guint64 sector = tpl_le32 (sb, SECTOR_SIZE), node = tpl_le32 (sb, NODE_SIZE);
  const guint64 devices = tpl_le64 (sb, DEVICES), flags = tpl_le64 (sb, FLAGS);
  /* Several devices together are larger than this one. */
  if (!tpl_size_is_power_of_two (sector, 512, 65536)
      || !tpl_size_is_power_of_two (node, sector, 65536)
      || devices == 0 || used > total || (devices == 1 && total > volume->size_bytes))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the btrfs superblock of %s contradicts itself: run btrfs check in the guest",
                     volume->id);
  volume->used_bytes = devices == 1 ? used : 0;
  volume->free_bytes = devices == 1 ? total - used : 0;
  const struct {
    const char *name;
    guint64 value;
  } facts[] = {
    { "sector_bytes", sector },
    { "node_bytes", node },
    { "checksum", tpl_le16 (sb, CHECKSUM_TYPE) },
    { "devices", devices },
    { "seeding", (flags & FLAG_SEEDING) != 0 },
    { "metadump", (flags & FLAG_METADUMP) != 0 },
    { "changing_uuid", (flags & FLAG_CHANGING) != 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (facts); i++)
    tpl_volume_set_fact (volume, facts[i].name, facts[i].value);
  return TRUE;
}
