/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/xfs-superblock.h"

#include <xfs/xfs.h>
#include <xfs/xfs_types.h>
#include <xfs/xfs_format.h>

#include "error.h"
#include "plan/size.h"

static guint64
be16 (guint16 value)
{
  return GUINT16_FROM_BE (value);
}

static guint64
be32 (guint32 value)
{
  return GUINT32_FROM_BE (value);
}

static guint64
be64 (guint64 value)
{
  return GUINT64_FROM_BE (value);
}

typedef struct {
  const char *name;
  guint64 word;
  guint64 mask;
} Bit;

static void
set_bits (TplVolume *volume, const Bit *bits, size_t count)
{
  for (size_t i = 0; i < count; i++)
    tpl_volume_set_fact (volume, bits[i].name, (bits[i].word & bits[i].mask) != 0);
}

static void
set_features (TplVolume *volume, const struct xfs_dsb *sb)
{
  guint64 v5 = (be16 (sb->sb_versionnum) & XFS_SB_VERSION_NUMBITS) == XFS_SB_VERSION_5;
  guint64 version = be16 (sb->sb_versionnum);
  guint64 version2 = be32 (sb->sb_features2);
  guint64 incompat = v5 ? be32 (sb->sb_features_incompat) : 0;
  guint64 ro_compat = v5 ? be32 (sb->sb_features_ro_compat) : 0;
  /* In version 5 these are always on (xfs_format.h: the versions' feature masks). */
  const Bit bits[] = {
    { "crc", v5, 1 },
    { "lazy_count", v5 ? 1 : version2 & XFS_SB_VERSION2_LAZYSBCOUNTBIT, G_MAXUINT64 },
    { "attr2", v5 ? 1 : version2 & XFS_SB_VERSION2_ATTR2BIT, G_MAXUINT64 },
    { "projid32", v5 ? 1 : version2 & XFS_SB_VERSION2_PROJID32BIT, G_MAXUINT64 },
    { "ftype",
      v5 ? incompat & XFS_SB_FEAT_INCOMPAT_FTYPE : version2 & XFS_SB_VERSION2_FTYPE, G_MAXUINT64 },
    { "ascii_ci", version, XFS_SB_VERSION_BORGBIT },
    { "finobt", ro_compat, XFS_SB_FEAT_RO_COMPAT_FINOBT },
    { "rmapbt", ro_compat, XFS_SB_FEAT_RO_COMPAT_RMAPBT },
    { "reflink", ro_compat, XFS_SB_FEAT_RO_COMPAT_REFLINK },
    { "inobtcount", ro_compat, XFS_SB_FEAT_RO_COMPAT_INOBTCNT },
    { "sparse_inodes", incompat, XFS_SB_FEAT_INCOMPAT_SPINODES },
    { "bigtime", incompat, XFS_SB_FEAT_INCOMPAT_BIGTIME },
    { "nrext64", incompat, XFS_SB_FEAT_INCOMPAT_NREXT64 },
    { "metadata_uuid_differs", incompat, XFS_SB_FEAT_INCOMPAT_META_UUID },
    { "needsrepair", incompat, XFS_SB_FEAT_INCOMPAT_NEEDSREPAIR },
  };
  set_bits (volume, bits, G_N_ELEMENTS (bits));
}

static gboolean
set_sizes (TplVolume *volume, const struct xfs_dsb *sb)
{
  guint64 block = be32 (sb->sb_blocksize);
  guint64 blocks = be64 (sb->sb_dblocks);
  guint64 log = be64 (sb->sb_logstart) ? be32 (sb->sb_logblocks) : 0;
  guint64 free = be64 (sb->sb_fdblocks);
  guint64 size = 0, used_blocks = 0;
  if (!g_uint64_checked_add (&used_blocks, log, free) || used_blocks > blocks
      || !g_uint64_checked_mul (&size, blocks, block) || size > volume->size_bytes)
    return FALSE;
  volume->used_bytes = (blocks - used_blocks) * block;
  volume->free_bytes = free * block;
  const struct {
    const char *name;
    guint64 value;
  } facts[] = {
    { "block_bytes", block },
    { "sector_bytes", be16 (sb->sb_sectsize) },
    { "inode_bytes", be16 (sb->sb_inodesize) },
    { "dirblock_bytes", block << sb->sb_dirblklog },
    { "blocks", blocks },
    { "agblocks", be32 (sb->sb_agblocks) },
    { "agcount", be32 (sb->sb_agcount) },
    { "log_bytes", log * block },
    { "imax_pct", sb->sb_imax_pct },
    { "inode_count", be64 (sb->sb_icount) },
    { "inode_free_count", be64 (sb->sb_ifree) },
    { "quota_flags", be16 (sb->sb_qflags) },
    { "realtime", be64 (sb->sb_rblocks) != 0 },
    { "external_log", be64 (sb->sb_logstart) == 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (facts); i++)
    tpl_volume_set_fact (volume, facts[i].name, facts[i].value);
  return TRUE;
}

gboolean
tpl_xfs_superblock_read (GBytes *head, TplVolume *volume, GError **error)
{
  gsize length = 0;
  const struct xfs_dsb *sb = g_bytes_get_data (head, &length);
  if (length < sizeof *sb || be32 (sb->sb_magicnum) != XFS_SB_MAGIC)
    return tpl_fail (error, TPL_ERROR_REFUSED, "%s has no XFS superblock", volume->id);
  guint64 version = be16 (sb->sb_versionnum) & XFS_SB_VERSION_NUMBITS;
  if (version != XFS_SB_VERSION_4 && version != XFS_SB_VERSION_5)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s is XFS version %" G_GUINT64_FORMAT "; 4 and 5 are supported", volume->id,
                     version);
  const guint32 unknown_incompat = (guint32)XFS_SB_FEAT_INCOMPAT_UNKNOWN;
  const guint32 unknown_ro_compat = (guint32)XFS_SB_FEAT_RO_COMPAT_UNKNOWN;
  if (version == XFS_SB_VERSION_5
      && ((be32 (sb->sb_features_incompat) & unknown_incompat)
          || (be32 (sb->sb_features_ro_compat) & unknown_ro_compat)))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s has XFS features that this build does not know (incompat %#x, "
                     "ro-compat %#x): use a tpl-shrink that was built with newer xfsprogs",
                     volume->id, (unsigned)be32 (sb->sb_features_incompat),
                     (unsigned)be32 (sb->sb_features_ro_compat));
  if (!tpl_size_is_power_of_two (be32 (sb->sb_blocksize), 512, 65536) || sb->sb_dirblklog > 7
      || !tpl_size_is_power_of_two (be16 (sb->sb_sectsize), 512, 32768)
      || !tpl_size_is_power_of_two (be16 (sb->sb_inodesize), 256, 2048)
      || be32 (sb->sb_agcount) == 0 || be32 (sb->sb_agblocks) == 0 || !set_sizes (volume, sb))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the XFS superblock of %s contradicts itself: run xfs_repair in the guest",
                     volume->id);
  set_features (volume, sb);
  return TRUE;
}

gboolean
tpl_xfs_log_place (GBytes *head, guint64 *offset_bytes, guint64 *size_bytes)
{
  const struct xfs_dsb *sb = g_bytes_get_data (head, NULL);
  const guint64 start = be64 (sb->sb_logstart);
  const guint shift = sb->sb_agblklog; /* a block's number: allocation group, block in it */
  guint64 block = 0;
  if (start == 0 || shift >= 32
      || !g_uint64_checked_mul (&block, start >> shift, be32 (sb->sb_agblocks))
      || !g_uint64_checked_add (&block, block, start & ((G_GUINT64_CONSTANT (1) << shift) - 1)))
    return FALSE;
  *size_bytes = be32 (sb->sb_logblocks) * be32 (sb->sb_blocksize);
  return g_uint64_checked_mul (offset_bytes, block, be32 (sb->sb_blocksize));
}

guint32
tpl_xfs_agf_refcount_root (GBytes *agf)
{
  gsize length = 0;
  const xfs_agf_t *header = g_bytes_get_data (agf, &length);
  if (length < sizeof *header || be32 (header->agf_magicnum) != XFS_AGF_MAGIC)
    return G_MAXUINT32;
  return (guint32)be32 (header->agf_refcount_root);
}

gboolean
tpl_xfs_refcount_block_has_records (GBytes *block)
{
  gsize length = 0;
  const struct xfs_btree_block *header = g_bytes_get_data (block, &length);
  if (length < XFS_BTREE_SBLOCK_CRC_LEN)
    return FALSE;
  return be16 (header->bb_numrecs) != 0;
}
