/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/ext-superblock.h"

#include "adapt/little-endian.h"
#include "error.h"
#include "fs/fs-plan.h"
#include "plan/size.h"

/* Offsets of what is read (super.rst); all numbers are little-endian. */
enum {
  INODES_COUNT = 0x0,
  BLOCKS_COUNT = 0x4,
  RESERVED_BLOCKS = 0x8,
  FREE_BLOCKS = 0xc,
  FREE_INODES = 0x10,
  LOG_BLOCK_SIZE = 0x18,
  BLOCKS_PER_GROUP = 0x20,
  INODES_PER_GROUP = 0x28,
  MAX_MOUNTS = 0x36,
  MAGIC = 0x38,
  STATE = 0x3a,
  ERRORS = 0x3c,
  CHECK_INTERVAL = 0x44,
  REVISION = 0x4c,
  RESERVED_UID = 0x50,
  RESERVED_GID = 0x52,
  INODE_SIZE = 0x58,
  FEATURES_COMPAT = 0x5c,
  FEATURES_INCOMPAT = 0x60,
  FEATURES_RO_COMPAT = 0x64,
  RESERVED_DESCRIPTORS = 0xce,
  JOURNAL_INODE = 0xe0,
  JOURNAL_BACKUP_TYPE = 0xfd,
  DESCRIPTOR_SIZE = 0xfe,
  DEFAULT_MOUNT_OPTIONS = 0x100,
  JOURNAL_SIZE_HIGH = 0x148,
  JOURNAL_SIZE_LOW = 0x14c,
  BLOCKS_COUNT_HIGH = 0x150,
  RESERVED_BLOCKS_HIGH = 0x154,
  FREE_BLOCKS_HIGH = 0x158,
  STRIDE = 0x164,
  STRIPE_WIDTH = 0x170,
  LOG_GROUPS_PER_FLEX = 0x174,
  MOUNT_OPTIONS = 0x200,
  OVERHEAD_BLOCKS = 0x248,
};

#define EXT_MAGIC       0xef53u
#define STATE_VALID     0x1u
#define STATE_ERRORS    0x2u
#define BLOCK_LOG_MOST  6u /* 64 KiB */
#define OLD_INODE_SIZE  128u
#define INODE_SIZE_MOST 4096u

/* The first revision has no features. */
static gboolean
read_features (const guint8 *sb, TplVolume *volume, GError **error)
{
  static const guint64 none[TPL_FEATURE_WORDS];
  const guint64 words[] = { tpl_le32 (sb, FEATURES_COMPAT), tpl_le32 (sb, FEATURES_INCOMPAT),
                            tpl_le32 (sb, FEATURES_RO_COMPAT) };
  return tpl_features_read (tpl_ext_features, tpl_le32 (sb, REVISION) == 0 ? none : words, volume,
                            error);
}

static guint64
journal_bytes (const guint8 *sb)
{
  if (sb[JOURNAL_BACKUP_TYPE] != 1)
    return 0;
  return tpl_le32 (sb, JOURNAL_SIZE_HIGH) << 32 | tpl_le32 (sb, JOURNAL_SIZE_LOW);
}

static gboolean
set_sizes (TplVolume *volume, const guint8 *sb)
{
  const gboolean wide = tpl_volume_get_fact (volume, "64bit", 0) != 0;
  const guint64 block = 1024u << tpl_le32 (sb, LOG_BLOCK_SIZE);
  const guint64 high = wide ? tpl_le32 (sb, BLOCKS_COUNT_HIGH) << 32 : 0;
  const guint64 blocks = high | tpl_le32 (sb, BLOCKS_COUNT);
  const guint64 free
      = (wide ? tpl_le32 (sb, FREE_BLOCKS_HIGH) << 32 : 0) | tpl_le32 (sb, FREE_BLOCKS);
  const guint64 reserved
      = (wide ? tpl_le32 (sb, RESERVED_BLOCKS_HIGH) << 32 : 0) | tpl_le32 (sb, RESERVED_BLOCKS);
  guint64 size = 0;
  if (!g_uint64_checked_mul (&size, blocks, block) || size > volume->size_bytes || blocks == 0
      || free > blocks || reserved > blocks
      || tpl_le32 (sb, FREE_INODES) > tpl_le32 (sb, INODES_COUNT))
    return FALSE;
  const guint64 overhead = MIN (tpl_le32 (sb, OVERHEAD_BLOCKS), blocks - free);
  volume->used_bytes = (blocks - free - overhead) * block;
  volume->free_bytes = free * block;
  const struct {
    const char *name;
    guint64 value;
  } facts[] = {
    { "block_bytes", block },
    { "blocks", blocks },
    { "blocks_per_group", tpl_le32 (sb, BLOCKS_PER_GROUP) },
    { "inode_bytes", tpl_le32 (sb, REVISION) == 0 ? OLD_INODE_SIZE : tpl_le16 (sb, INODE_SIZE) },
    { "inode_count", tpl_le32 (sb, INODES_COUNT) },
    { "inode_free_count", tpl_le32 (sb, FREE_INODES) },
    { "reserved_blocks", reserved },
    { "reserved_uid", tpl_le16 (sb, RESERVED_UID) },
    { "reserved_gid", tpl_le16 (sb, RESERVED_GID) },
    { "journal_bytes", journal_bytes (sb) },
    { "external_journal",
      tpl_volume_get_fact (volume, "has_journal", 0) != 0 && tpl_le32 (sb, JOURNAL_INODE) == 0 },
    { "flex_groups_log", sb[LOG_GROUPS_PER_FLEX] },
    { "stride", tpl_le16 (sb, STRIDE) },
    { "stripe_width", tpl_le32 (sb, STRIPE_WIDTH) },
    { "errors_behaviour", tpl_le16 (sb, ERRORS) },
    { "max_mounts", tpl_le16 (sb, MAX_MOUNTS) },
    { "check_interval_seconds", tpl_le32 (sb, CHECK_INTERVAL) },
    { "default_mount_options", tpl_le32 (sb, DEFAULT_MOUNT_OPTIONS) },
    { "mount_options_text", sb[MOUNT_OPTIONS] != 0 ? 1 : 0 },
    { "has_errors", (tpl_le16 (sb, STATE) & STATE_ERRORS) != 0 },
    { "clean", (tpl_le16 (sb, STATE) & STATE_VALID) != 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (facts); i++)
    tpl_volume_set_fact (volume, facts[i].name, facts[i].value);
  return TRUE;
}

gboolean
tpl_ext_superblock_read (GBytes *superblock, TplVolume *volume, GError **error)
{
  gsize length = 0;
  const guint8 *sb = g_bytes_get_data (superblock, &length);
  if (length < TPL_EXT_SUPERBLOCK_BYTES || tpl_le16 (sb, MAGIC) != EXT_MAGIC)
    return tpl_fail (error, TPL_ERROR_REFUSED, "%s has no %s superblock", volume->id, volume->type);
  if (tpl_le32 (sb, REVISION) > 1)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s has %s revision %u; 0 and 1 are supported", volume->id, volume->type,
                     (unsigned)tpl_le32 (sb, REVISION));
  if (!read_features (sb, volume, error))
    return FALSE;
  if (tpl_le32 (sb, LOG_BLOCK_SIZE) > BLOCK_LOG_MOST || tpl_le32 (sb, BLOCKS_PER_GROUP) == 0
      || tpl_le32 (sb, INODES_PER_GROUP) == 0 || !set_sizes (volume, sb)
      || !tpl_size_is_power_of_two (tpl_volume_get_fact (volume, "inode_bytes", 0), OLD_INODE_SIZE,
                                    INODE_SIZE_MOST))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the %s superblock of %s contradicts itself: run e2fsck in the guest",
                     volume->type, volume->id);
  return TRUE;
}

/* Groups that have a copy of superblock and descriptors: the first two, and those whose number is a
 * power of 3, 5 or 7. */
static guint64
groups_with_copy (const TplVolume *volume, guint64 groups)
{
  static const guint64 bases[] = { 3, 5, 7 };
  guint64 count = MIN (groups, 2);
  if (tpl_volume_get_fact (volume, "sparse_super2", 0))
    return MIN (groups, 3);
  if (!tpl_volume_get_fact (volume, "sparse_super", 0))
    return groups;
  for (size_t i = 0; i < G_N_ELEMENTS (bases); i++)
    for (guint64 power = bases[i]; power < groups; power *= bases[i])
      count++;
  return count;
}

guint64
tpl_ext_overhead_bytes (GBytes *superblock, const TplVolume *volume)
{
  const guint8 *sb = g_bytes_get_data (superblock, NULL);
  if (tpl_le32 (sb, OVERHEAD_BLOCKS) != 0)
    return 0;
  const guint64 block = tpl_volume_get_fact (volume, "block_bytes", 0);
  const guint64 first = block == 1024 ? 1 : 0;
  const guint64 groups = (tpl_volume_get_fact (volume, "blocks", 0) - first
                          + tpl_le32 (sb, BLOCKS_PER_GROUP) - 1)
                         / tpl_le32 (sb, BLOCKS_PER_GROUP);
  const guint64 said = tpl_le16 (sb, DESCRIPTOR_SIZE);
  const guint64 descriptor = tpl_volume_get_fact (volume, "64bit", 0) && said >= 32 ? said : 32;
  const guint64 descriptors = (groups * descriptor + block - 1) / block;
  const guint64 tables = (tpl_le32 (sb, INODES_PER_GROUP)
                              * tpl_volume_get_fact (volume, "inode_bytes", 0)
                          + block - 1)
                         / block;
  const guint64 copies = groups_with_copy (volume, groups)
                         * (1 + descriptors + tpl_le16 (sb, RESERVED_DESCRIPTORS));
  return (first + copies + groups * (2 + tables)) * block
         + tpl_volume_get_fact (volume, "journal_bytes", 0);
}
