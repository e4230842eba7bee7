/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XFS: how small can it be? The size is
 *
 *   content + log + reserve pool + per-AG reservations + headroom
 *
 * where the content is what the source's superblock counts as used (sb_dblocks - sb_fdblocks -
 * sb_logblocks). The rest follows what a kernel takes from the free blocks when it mounts:
 * the reserve pool (5%, 8192 blocks at most), the largest size that the free inode, reference count
 * and reverse mapping B-trees may grow to, and the blocks set aside for the free space B-trees.
 * The pool is taken from what is free, whatever that is, and it is not free to files: without
 * headroom there need not be one, and the copy lets it go (helper/mount.c).
 * In the kernel: xfs_default_resblks, xfs_btree_calc_size with the callers of its name's kind
 * (xfs_refcountbt_calc_reserves, xfs_rmapbt_calc_reserves, xfs_finobt_calc_reserves), and
 * xfs_alloc_set_aside.
 */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* xfs_repair(8) wants a second superblock to compare with, and an AG is at least 16 MiB. */
#define AG_COUNT_LEAST  2
#define AG_BYTES_LEAST  (16 * TPL_MIB)
#define AG_BYTES_MOST   TPL_TIB
#define RESERVE_PERCENT 5
#define RESERVE_BLOCKS  8192
#define RESERVE_LEAST   256 /* while a filesystem that is full is written */
#define SET_ASIDE_BLOCKS                                                                           \
  8 /* for each AG: its free list and one split of each free space B-tree                          \
     */
#define INODES_PER_CHUNK 64
#define INODES_LEFT_FREE (8 * INODES_PER_CHUNK)

/* What the sizes depend on: the source's, and what of it the target keeps. */
typedef struct {
  guint64 block_bytes, sector_bytes, inode_bytes, dirblock_bytes;
  gboolean crc, finobt, reflink, rmapbt, nrext64;
} Format;

typedef struct {
  guint64 agcount;
  guint64 log_bytes;
  guint64 reserve_blocks; /* of the pool, at most */
} Geometry;

/* The facts that the target takes over as they are: what mkfs is to be told. */
static const char *const kept_facts[] = {
    "block_bytes", "sector_bytes", "inode_bytes",   "dirblock_bytes", "crc",
    "ftype",       "finobt",       "sparse_inodes", "rmapbt",         "reflink",
    "bigtime",     "inobtcount",   "nrext64",       "exchange",       "parent",
    "metadir",     "ascii_ci",     "lazy_count",    "projid32",       "attr2",
};

static const TplFsLimit limits[] = {
    {"realtime", 0, "with a realtime device is not supported: move its files to the data device"},
    {"external_log", 0,
     "with its log on another device is not supported: copy it to a filesystem with an internal "
     "log"},
    {"quota_flags", 0,
     "has quotas switched on, and their limits can't be carried over yet: mount it with noquota "
     "(and without usrquota, grpquota and prjquota) first"},
    {"needsrepair", 0, "is marked as needing repair: run xfs_repair on it"},
    {0},
};

static gboolean
refuse (const TplVolume *source, const char *what, GError **error)
{
  return tpl_fs_refuse (source, "XFS", what, error);
}

static gboolean
read_format (const TplVolume *source, Format *format, GError **error)
{
  *format = (Format){
      .block_bytes = tpl_volume_get_fact (source, "block_bytes", 0),
      .sector_bytes = tpl_volume_get_fact (source, "sector_bytes", 0),
      .inode_bytes = tpl_volume_get_fact (source, "inode_bytes", 0),
      .dirblock_bytes = tpl_volume_get_fact (source, "dirblock_bytes", 0),
      .crc = tpl_volume_get_fact (source, "crc", 0) != 0,
      .finobt = tpl_volume_get_fact (source, "finobt", 0) != 0,
      .reflink = tpl_volume_get_fact (source, "reflink", 0) != 0,
      .rmapbt = tpl_volume_get_fact (source, "rmapbt", 0) != 0,
      .nrext64 = tpl_volume_get_fact (source, "nrext64", 0) != 0,
  };
  if (!tpl_size_is_power_of_two (format->block_bytes, 512, 65536) ||
      !tpl_size_is_power_of_two (format->sector_bytes, 512, MIN (format->block_bytes, 32768)) ||
      !tpl_size_is_power_of_two (format->inode_bytes, 256, 2048) ||
      !tpl_size_is_power_of_two (format->dirblock_bytes, format->block_bytes, 65536))
    return refuse (source,
                   "has sizes of block, sector, inode or directory block that can't be: "
                   "run xfs_repair on it",
                   error);
  if (!tpl_size_is_sane (source->used_bytes))
    return refuse (source, "says that it uses more than any disk holds: run xfs_repair on it",
                   error);
  return tpl_fs_check (source, "XFS", limits, error);
}

/* Blocks of a B-tree of `records` when every block is as empty as it may be (half full). The
 * headers of its blocks (short form) have 16 bytes, 56 with CRCs. */
static guint64
btree_blocks (const Format *format, guint64 records, guint64 record_bytes, guint64 key_bytes)
{
  const guint64 room = format->block_bytes - (format->crc ? 56 : 16);
  const guint64 leaf = MAX (room / record_bytes / 2, 1);
  const guint64 node = MAX (room / (key_bytes + 4) / 2, 2);
  guint64 level = tpl_size_units (records, leaf);
  guint64 blocks = level;

  while (level > 1) {
    level = tpl_size_units (level, node);
    blocks += level;
  }
  return blocks;
}

/* What a mount keeps back in one AG so that its metadata can always grow. */
static guint64
ag_reserved_blocks (const Format *format, guint64 ag_blocks)
{
  const guint64 inodes_per_block = format->block_bytes / format->inode_bytes;
  guint64 blocks = SET_ASIDE_BLOCKS;

  if (format->finobt)
    blocks += btree_blocks (format, ag_blocks * inodes_per_block / INODES_PER_CHUNK, 16, 4);
  if (format->reflink)
    blocks += btree_blocks (format, ag_blocks, 12, 4);
  if (format->rmapbt)
    blocks += MAX (ag_blocks / 100, btree_blocks (format, ag_blocks, 24, 40));
  return blocks;
}

/* Headers and B-tree roots that every AG has, full or empty. */
static guint64
ag_fixed_blocks (const Format *format)
{
  return tpl_size_units (4 * format->sector_bytes, format->block_bytes) + 3 +
         (format->finobt ? 1 : 0) + (format->reflink ? 1 : 0) + (format->rmapbt ? 1 : 0);
}

/* All that a filesystem of `size_bytes` takes, apart from content and log. */
static guint64
overhead_bytes (const Format *format, const Geometry *geometry, guint64 size_bytes)
{
  const guint64 blocks = size_bytes / format->block_bytes;
  const guint64 ag_blocks = tpl_size_units (blocks, geometry->agcount);
  const guint64 reserve = MIN (blocks * RESERVE_PERCENT / 100, geometry->reserve_blocks);
  const guint64 in_ags =
      geometry->agcount * (ag_reserved_blocks (format, ag_blocks) + ag_fixed_blocks (format));

  return tpl_size_multiply (tpl_size_add (reserve, in_ags), format->block_bytes);
}

/*
 * The smallest log that mkfs.xfs takes: an upper bound of what mkfs.xfs 6.1 said for every
 * combination of block, sector, inode and directory block sizes from 32 MiB to 1.9 TiB. (The exact
 * number follows from the largest transaction; features raise it more than sizes do.)
 */
static guint64
smallest_log (const Format *format, guint64 size_bytes)
{
  const gboolean large = size_bytes > 16 * TPL_GIB;
  guint64 bytes = format->dirblock_bytes > 16384 ? 12 * TPL_MIB : 8 * TPL_MIB;
  guint64 blocks = 512;

  if (format->rmapbt || format->nrext64) {
    bytes = 12 * TPL_MIB;
    blocks = large || format->nrext64 ? 4500 : 3800;
  } else if (format->reflink)
    blocks = large ? 2700 : 2048;
  return MAX (bytes, tpl_size_round_up (blocks * format->block_bytes, TPL_MIB));
}

/* A larger log makes bursts of metadata changes faster; 64 MiB is mkfs's own choice. */
static guint64
wanted_log (guint64 size_bytes)
{
  if (size_bytes < 512 * TPL_MIB)
    return 8 * TPL_MIB;
  if (size_bytes < 4 * TPL_GIB)
    return 16 * TPL_MIB;
  return size_bytes < 16 * TPL_GIB ? 32 * TPL_MIB : 64 * TPL_MIB;
}

/* Few AGs: when the guest grows the filesystem, their size stays and their number rises. */
static Geometry
geometry_for (const TplVolume *source, const Format *format, guint64 headroom_bytes,
              guint64 size_bytes)
{
  const guint64 source_log = tpl_volume_get_fact (source, "log_bytes", G_MAXUINT64);
  const guint64 few = size_bytes < 64 * TPL_GIB ? AG_COUNT_LEAST : 4;
  /* A margin below the most, because the last AG takes the rounding. */
  const guint64 ags = tpl_size_units (size_bytes, AG_BYTES_MOST - TPL_GIB);
  guint64 log = MIN (wanted_log (size_bytes), source_log);

  log = tpl_size_round_down (log, format->block_bytes);
  return (Geometry){
      .agcount = MAX (few, ags),
      .log_bytes = MAX (log, smallest_log (format, size_bytes)),
      .reserve_blocks = headroom_bytes > 0 ? RESERVE_BLOCKS : RESERVE_LEAST,
  };
}

/* The source's content without what a fresh copy does not have: its AGs' fixed blocks (those depend
 * on how many AGs there are), and inodes whose files are gone (an AG fills its free inodes before
 * it allocates a new chunk, so that the copy has a few chunks' worth at most). */
static guint64
content_bytes (const TplVolume *source, const Format *format)
{
  const guint64 agcount = MIN (tpl_volume_get_fact (source, "agcount", 1), G_MAXUINT32);
  const guint64 fixed = agcount * ag_fixed_blocks (format) * format->block_bytes;
  const guint64 inodes = tpl_volume_get_fact (source, "inode_free_count", 0);
  const guint64 stale = inodes - MIN (inodes, INODES_LEFT_FREE);
  const guint64 gone = tpl_size_add (fixed, tpl_size_multiply (stale, format->inode_bytes));

  return source->used_bytes > gone ? source->used_bytes - gone : 0;
}

/* Directories and extent maps that come out a little larger than they were. Measured copies of 20
 * to 930 MiB needed none of it; kernels and trees differ. */
static guint64
slack_bytes (guint64 content)
{
  return TPL_MIB / 2 + content / 512;
}

/* What must fit into a filesystem of `size_bytes`, headroom and all. */
static guint64
needed_bytes (const Format *format, const Geometry *geometry, guint64 content, guint64 headroom,
              guint64 size_bytes)
{
  const guint64 payload = tpl_size_add (content + slack_bytes (content), headroom);

  return tpl_size_add (tpl_size_add (payload, geometry->log_bytes),
                       overhead_bytes (format, geometry, size_bytes));
}

/* The log must fit into one AG, beside the AG's own blocks. */
static guint64
least_bytes (const Format *format, const Geometry *geometry)
{
  const guint64 ag = tpl_size_add (geometry->log_bytes, 2 * TPL_MIB + 16 * format->block_bytes);

  return geometry->agcount * MAX (ag, AG_BYTES_LEAST);
}

/* The least size that holds what it needs: what is needed grows much slower than the size, so that
 * going from each size to what it needs arrives. */
static guint64
smallest_size (const Format *format, const Geometry *geometry, guint64 content, guint64 headroom)
{
  guint64 size = least_bytes (format, geometry);

  while (tpl_size_is_sane (size)) {
    const guint64 needed = tpl_size_round_up (
        needed_bytes (format, geometry, content, headroom, size), format->block_bytes);

    if (needed <= size)
      return size;
    size = needed;
  }
  return G_MAXUINT64;
}

/* Inodes may take the part of the space that they take on the source, and what mkfs would allow. */
static guint64
inode_percent (const TplVolume *source, const Format *format, guint64 size_bytes)
{
  const guint64 kept = tpl_volume_get_fact (source, "imax_pct", 0);
  const guint64 count = tpl_volume_get_fact (source, "inode_count", 0);
  const guint64 usual = size_bytes < TPL_TIB ? 25 : size_bytes < 50 * TPL_TIB ? 5 : 1;
  const guint64 inodes = tpl_size_multiply (count, format->inode_bytes);
  /* A quarter more than there are: a guest makes files. */
  const guint64 needed = tpl_size_add (inodes, inodes / 4) / MAX (size_bytes / 100, 1) + 1;

  if (kept == 0)
    return 0;
  return MIN (MAX (MAX (kept, usual), needed), 100);
}

static void
set_facts (const TplVolume *source, const Format *format, const Geometry *geometry,
           TplVolume *target)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept_facts); i++) {
    const guint64 value = tpl_volume_get_fact (source, kept_facts[i], G_MAXUINT64);

    if (value != G_MAXUINT64)
      tpl_volume_set_fact (target, kept_facts[i], value);
  }
  tpl_volume_set_fact (target, "imax_pct", inode_percent (source, format, target->size_bytes));
  tpl_volume_set_fact (target, "agcount", geometry->agcount);
  tpl_volume_set_fact (target, "log_bytes", geometry->log_bytes);
}

static gboolean
xfs_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  Format format;
  Geometry geometry;
  guint64 content, smallest, size, needed;

  if (!read_format (source, &format, error))
    return FALSE;
  content = content_bytes (source, &format);
  geometry = geometry_for (source, &format, headroom_bytes,
                           MIN (tpl_size_add (content, headroom_bytes), TPL_SIZE_MAX));
  smallest = smallest_size (&format, &geometry, content, headroom_bytes);
  size = target->size_bytes != 0 ? target->size_bytes : smallest;
  size = tpl_size_round_down (size, format.block_bytes);
  if (size < smallest || !tpl_size_is_sane (size))
    return tpl_fs_too_small (source, "XFS", size, smallest, error);

  if (target->size_bytes != 0) {
    /* The log and AGs that suit the size, unless only smaller ones leave the headroom. */
    const Geometry better = geometry_for (source, &format, headroom_bytes, size);

    if (least_bytes (&format, &better) <= size &&
        needed_bytes (&format, &better, content, headroom_bytes, size) <= size)
      geometry = better;
  } else
    target->size_bytes = size;
  geometry.reserve_blocks = RESERVE_BLOCKS;
  needed = needed_bytes (&format, &geometry, content, 0, size);
  target->used_bytes = content + geometry.agcount * ag_fixed_blocks (&format) * format.block_bytes;
  target->free_bytes = size - MIN (needed, size);
  set_facts (source, &format, &geometry, target);
  return TRUE;
}

const TplFsTraits tpl_xfs_traits = {
    .type = "xfs",
    .plan = xfs_plan,
};
