/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ext2, ext3, ext4: how small can it be? The size is
 *
 *   content + journal + each group's metadata + what the kernel keeps back + reserved + headroom
 *
 * The groups' metadata is what mke2fs(8) lays out (Linux, Documentation/filesystems/ext4:
 * blockgroup.rst, group_descr.rst): copies of superblock and group descriptors with room for the
 * latter to grow, two bitmaps, the inode table. Its size depends on the number of groups, and that
 * on the size. The kernel keeps back 2%, 4096 blocks at most, for what must not fail
 * (ext4_calculate_resv_clusters).
 */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define KEPT_BACK_PERCENT 2
#define KEPT_BACK_BLOCKS  4096
/* mke2fs leaves the last group out if it has fewer blocks than its metadata and this. */
#define LAST_GROUP_LEAST 50
/* mke2fs keeps room for the group descriptors of a filesystem so much larger. */
#define GROWTH_FACTOR 1024
/* mke2fs uses whole pages of a device. */
#define PAGE_BYTES (4 * TPL_KIB)
/* lost+found is made with 16 KiB, the root directory and the rest are small. */
#define FRESH_BYTES (64 * TPL_KIB)
/* A search for the smallest size that took so many steps has met no usual filesystem. */
#define SMALL_STEPS 1000
/* Of the inodes, besides the root's: those below 11, lost+found. */
#define INODES_OF_ITS_OWN 16

typedef struct {
  guint64 block_bytes, inode_bytes;
  guint64 blocks_per_group; /* most: as many as one bitmap block counts */
  guint64 descriptor_bytes;
  guint64 first_block; /* 1 with blocks of 1 KiB: the superblock has the second one */
  guint64 reserved_millionths;
  gboolean journal, sparse, sparse2, meta_bg, resize;
} Format;

/* What is chosen for one size. */
typedef struct {
  guint64 blocks;  /* that the filesystem has: mke2fs may leave some out */
  guint64 groups;
  guint64 inodes_per_group;
  guint64 journal_blocks;
  guint64 static_blocks; /* taken by the format itself, journal included */
  gboolean has_inodes;   /* enough of them */
} Geometry;

/* What it is for. */
typedef struct {
  guint64 content_bytes;
  guint64 headroom_bytes;
  guint64 inodes; /* that it must have */
  guint64 bytes_per_inode; /* that the source has */
  guint64 journal_bytes; /* most */
} Need;

static const char *const kept_facts[] = {
  "block_bytes",  "inode_bytes",      "reserved_uid", "reserved_gid",
  "stride",       "stripe_width",     "max_mounts",   "check_interval_seconds",
  "flex_groups_log", "errors_behaviour", "default_mount_options",
};

static const TplFsLimit limits[] = {
  { "has_errors", 0, "is marked as having errors: run e2fsck -f on it" },
  { "external_journal", 0,
    "with its journal on another device is not supported: give it an internal one with tune2fs" },
  { "mount_options_text", 0,
    "has mount options set by tune2fs -E mount_opts, which can't be kept yet: clear them" },
  { 0 },
};

static gboolean
refuse (const TplVolume *source, const char *what, GError **error)
{
  return tpl_fs_refuse (source, source->type, what, error);
}

static gboolean
check (const TplVolume *source, GError **error)
{
  if (!tpl_features_check (tpl_ext_features, source, error)
      || !tpl_fs_check (source, source->type, limits, error))
    return FALSE;
  /* With a journal, that the mount replays, it need not have been unmounted. */
  if (tpl_volume_get_fact (source, "clean", 1) == 0
      && tpl_volume_get_fact (source, "has_journal", 0) == 0)
    return refuse (source, "was not unmounted: run e2fsck on it", error);
  return TRUE;
}

static guint64
reserved_millionths (const TplVolume *source)
{
  const guint64 blocks = tpl_volume_get_fact (source, "blocks", 0);
  const guint64 reserved = tpl_volume_get_fact (source, "reserved_blocks", 0);

  /* To nearest: 5% of a size is rarely a whole number of blocks. */
  return blocks == 0 ? 0 : tpl_size_add (tpl_size_multiply (reserved, 1000000), blocks / 2) / blocks;
}

static gboolean
read_format (const TplVolume *source, Format *format, GError **error)
{
  const guint64 block = tpl_volume_get_fact (source, "block_bytes", 0);

  *format = (Format){
    .block_bytes = block,
    .inode_bytes = tpl_volume_get_fact (source, "inode_bytes", 0),
    .blocks_per_group = 8 * block,
    .descriptor_bytes = tpl_volume_get_fact (source, "64bit", 0) != 0 ? 64 : 32,
    .first_block = block == 1024 ? 1 : 0,
    .reserved_millionths = reserved_millionths (source),
    .journal = tpl_volume_get_fact (source, "has_journal", 0) != 0,
    .sparse = tpl_volume_get_fact (source, "sparse_super", 0) != 0,
    .sparse2 = tpl_volume_get_fact (source, "sparse_super2", 0) != 0,
    .meta_bg = tpl_volume_get_fact (source, "meta_bg", 0) != 0,
    .resize = tpl_volume_get_fact (source, "resize_inode", 0) != 0,
  };
  if (!tpl_size_is_power_of_two (block, 1024, 65536)
      || !tpl_size_is_power_of_two (format->inode_bytes, 128, MIN (block, 4096))
      || format->reserved_millionths > 1000000)
    return refuse (source, "has sizes of block or inode that can't be: run e2fsck on it", error);
  if (!tpl_size_is_sane (source->used_bytes))
    return refuse (source, "says that it uses more than any disk holds: run e2fsck on it", error);
  /* The most that mke2fs reserves. */
  format->reserved_millionths = MIN (format->reserved_millionths, 500000);
  return check (source, error);
}

/* Powers of the base below n, without 1. */
static guint64
powers_below (guint64 base, guint64 n)
{
  guint64 count = 0;

  for (; n > base; n = tpl_size_units (n, base))
    count++;
  return count;
}

/* Groups of `groups` that have a copy of superblock and descriptors: with sparse_super the first
 * two, and those whose number is a power of 3, 5 or 7. */
static guint64
groups_with_copy (const Format *format, guint64 groups)
{
  if (format->sparse2)
    return MIN (groups, 3);
  if (!format->sparse)
    return groups;
  return MIN (groups, 2) + powers_below (3, groups) + powers_below (5, groups)
         + powers_below (7, groups);
}

/* Superblock, descriptors, and the room that those have to grow: one copy of them. */
static guint64
copy_blocks (const Format *format, guint64 blocks, guint64 groups)
{
  const guint64 in_block = format->block_bytes / format->descriptor_bytes;
  const guint64 descriptors = tpl_size_units (groups, in_block);
  const guint64 grown = MIN (tpl_size_multiply (blocks, GROWTH_FACTOR), G_MAXUINT32);
  const guint64 most = tpl_size_units (tpl_size_units (grown, format->blocks_per_group), in_block);

  if (format->meta_bg)
    return 1;
  if (!format->resize)
    return 1 + descriptors;
  return 1 + descriptors
         + MIN (most > descriptors ? most - descriptors : 0, format->block_bytes / 4);
}

static guint64
inode_table_blocks (const Format *format, const Geometry *geometry)
{
  return tpl_size_units (geometry->inodes_per_group * format->inode_bytes, format->block_bytes);
}

/* As many inodes as there must be, in whole blocks of the tables and whole bytes of the bitmaps. */
static void
set_inodes (const Format *format, const Need *need, Geometry *geometry)
{
  const guint64 unit = MAX (format->block_bytes / format->inode_bytes, 8);
  const guint64 usual
      = tpl_size_multiply (geometry->blocks, format->block_bytes) / need->bytes_per_inode;
  const guint64 least = tpl_size_units (need->inodes, geometry->groups);
  const guint64 wanted = MAX (least, tpl_size_units (usual, geometry->groups));

  /* One bitmap block counts no more; room_bytes () sees to it that the least is there. */
  geometry->inodes_per_group
      = MIN (tpl_size_round_up (MAX (wanted, 16), unit), format->blocks_per_group);
  geometry->has_inodes = geometry->inodes_per_group >= least;
}

/* mke2fs's own choice, for the size; 1024 blocks are the least that a journal has. */
static guint64
journal_blocks (const Format *format, const Need *need, guint64 blocks)
{
  const guint64 bytes = tpl_size_multiply (blocks, format->block_bytes);
  const guint64 usual = bytes < 128 * TPL_MIB   ? 4 * TPL_MIB
                        : bytes < TPL_GIB       ? 16 * TPL_MIB
                        : bytes < 2 * TPL_GIB   ? 32 * TPL_MIB
                        : bytes < 16 * TPL_GIB  ? 64 * TPL_MIB
                                                : 128 * TPL_MIB;
  const guint64 most = need->journal_bytes != 0 ? MIN (need->journal_bytes, usual) : usual;

  /* mke2fs takes it in MiB. */
  return format->journal ? tpl_size_round_up (MAX (most, 1024 * format->block_bytes), TPL_MIB)
                               / format->block_bytes
                         : 0;
}

/* Blocks that map the journal, if it has no extents: one for each quarter of a block's bytes. */
static guint64
journal_map_blocks (const Format *format, guint64 blocks)
{
  return blocks == 0 ? 0 : 2 + tpl_size_units (blocks, format->block_bytes / 4);
}

static void
lay_out (const Format *format, const Need *need, guint64 blocks, Geometry *geometry)
{
  guint64 copies;

  geometry->blocks = blocks;
  geometry->groups = MAX (tpl_size_units (blocks - MIN (blocks, format->first_block),
                                          format->blocks_per_group), 1);
  set_inodes (format, need, geometry);
  geometry->journal_blocks = journal_blocks (format, need, blocks);
  copies = tpl_size_multiply (groups_with_copy (format, geometry->groups),
                              copy_blocks (format, blocks, geometry->groups));
  if (format->meta_bg) /* each meta group: descriptors in its first, second and last group */
    copies += 3 * tpl_size_units (geometry->groups, format->block_bytes / format->descriptor_bytes);
  geometry->static_blocks
      = format->first_block + copies
        + tpl_size_multiply (geometry->groups, 2 + inode_table_blocks (format, geometry))
        + geometry->journal_blocks + journal_map_blocks (format, geometry->journal_blocks);
}

/* The layout of a device of `size_bytes`, without a last group that mke2fs would leave out. */
static void
lay_out_size (const Format *format, const Need *need, guint64 size_bytes, Geometry *geometry)
{
  const guint64 blocks = size_bytes / format->block_bytes;
  const guint64 last = (blocks - MIN (blocks, format->first_block)) % format->blocks_per_group;

  lay_out (format, need, blocks, geometry);
  if (geometry->groups > 1 && last != 0
      && last < copy_blocks (format, blocks, geometry->groups) + 2
                    + inode_table_blocks (format, geometry) + LAST_GROUP_LEAST)
    lay_out (format, need, blocks - last, geometry);
}

/* What the guest will not find free. */
static guint64
kept_back_blocks (const Format *format, guint64 blocks)
{
  const guint64 kernel = MIN (blocks * KEPT_BACK_PERCENT / 100, KEPT_BACK_BLOCKS);
  const guint64 reserved = tpl_size_multiply (blocks, format->reserved_millionths) / 1000000;

  return tpl_size_add (kernel, reserved);
}

/* Directories and extent trees that come out a little larger than they were. */
static guint64
slack_bytes (guint64 content)
{
  return TPL_MIB + content / 256;
}

/* mke2fs makes no journal that takes more than half of what is free before. */
static guint64
journal_lacks_blocks (const Geometry *geometry)
{
  const guint64 least = tpl_size_add (geometry->static_blocks, geometry->journal_blocks);

  return geometry->blocks < least ? least - geometry->blocks : 0;
}

/* Room for content and headroom, in bytes, that the size leaves; 0 if it has no room for the format
 * itself, or for the inodes. */
static guint64
room_bytes (const Format *format, const Geometry *geometry)
{
  const guint64 taken
      = tpl_size_add (geometry->static_blocks, kept_back_blocks (format, geometry->blocks));

  if (!geometry->has_inodes || geometry->blocks <= taken || journal_lacks_blocks (geometry) > 0)
    return 0;
  return (geometry->blocks - taken) * format->block_bytes;
}

static guint64
payload_bytes (const Need *need, gboolean headroom)
{
  const guint64 content = tpl_size_add (need->content_bytes, slack_bytes (need->content_bytes));

  return headroom ? tpl_size_add (content, need->headroom_bytes) : content;
}

/* Where the search begins: room for the payload, and as many groups as the inodes take. */
static guint64
least_size (const Format *format, const Need *need)
{
  const guint64 group = format->blocks_per_group * format->block_bytes;
  const guint64 full_groups = (need->inodes - 1) / format->blocks_per_group;

  return MAX (MAX (payload_bytes (need, TRUE), TPL_MIB), tpl_size_multiply (full_groups, group));
}

/* How much larger a filesystem of this geometry, with too little room, must be at least. */
static guint64
lacking_bytes (const Format *format, const Geometry *geometry, guint64 room, guint64 payload)
{
  const guint64 lacking = journal_lacks_blocks (geometry);

  if (lacking > 0)
    return tpl_size_multiply (lacking, format->block_bytes);
  if (room == 0) /* more inodes, in one more group */
    return format->blocks_per_group * format->block_bytes / 8;
  return payload - room;
}

/* From each size to what it lacks: that shrinks with every step. Where it does not, in a format
 * that leaves next to nothing to the content, the steps must grow. */
static guint64
smallest_size (const Format *format, const Need *need)
{
  const guint64 payload = payload_bytes (need, TRUE);
  const guint64 unit = MAX (format->block_bytes, PAGE_BYTES);
  guint64 size = tpl_size_round_up (least_size (format, need), unit);

  for (guint steps = 0; tpl_size_is_sane (size); steps++) {
    Geometry geometry;
    guint64 room, lacking;

    lay_out_size (format, need, size, &geometry);
    room = room_bytes (format, &geometry);
    if (room >= payload)
      return size;
    lacking = lacking_bytes (format, &geometry, room, payload);
    if (steps >= SMALL_STEPS)
      lacking = MAX (lacking, size / 64);
    size = tpl_size_add (size, tpl_size_round_up (lacking, unit));
  }
  return G_MAXUINT64;
}

/* The layout of a size that somebody else chose; FALSE if it is too small. It may only just have
 * come to where mke2fs gives a larger journal: it gets that of the smallest size then. */
static gboolean
lay_out_given (const Format *format, Need need, guint64 size_bytes, guint64 smallest_bytes,
               Geometry *geometry)
{
  const guint64 payload = payload_bytes (&need, TRUE);

  lay_out_size (format, &need, size_bytes, geometry);
  if (room_bytes (format, geometry) >= payload)
    return TRUE;
  need.journal_bytes
      = journal_blocks (format, &need, smallest_bytes / format->block_bytes) * format->block_bytes;
  lay_out_size (format, &need, size_bytes, geometry);
  return room_bytes (format, geometry) >= payload;
}

static Need
needs_of (const TplVolume *source, const Format *format, guint64 headroom_bytes)
{
  const guint64 count = MIN (tpl_volume_get_fact (source, "inode_count", 0), G_MAXUINT32);
  const guint64 free = MIN (tpl_volume_get_fact (source, "inode_free_count", 0), count);
  const guint64 used = count - free;
  const guint64 bytes = tpl_size_multiply (tpl_volume_get_fact (source, "blocks", 0),
                                           format->block_bytes);
  const gboolean is_inline = tpl_volume_get_fact (source, "inline_data", 0) != 0;

  return (Need){
    /* What lies in the inodes may need blocks in the copy. */
    .content_bytes = tpl_size_add (tpl_size_add (source->used_bytes, FRESH_BYTES),
                                   is_inline ? tpl_size_multiply (used, format->block_bytes) : 0),
    .headroom_bytes = headroom_bytes,
    /* A quarter more than there are: a guest makes files. */
    .inodes = used + used / 4 + INODES_OF_ITS_OWN,
    .bytes_per_inode = count == 0 ? 16384 : MAX (bytes / count, 1024),
    .journal_bytes = tpl_volume_get_fact (source, "journal_bytes", 0),
  };
}

static void
set_facts (const TplVolume *source, const Format *format, const Geometry *geometry,
           TplVolume *target)
{
  tpl_features_keep (tpl_ext_features, source, target);
  for (guint i = 0; i < G_N_ELEMENTS (kept_facts); i++)
    tpl_volume_set_fact (target, kept_facts[i], tpl_volume_get_fact (source, kept_facts[i], 0));
  tpl_volume_set_fact (target, "blocks", geometry->blocks);
  tpl_volume_set_fact (target, "inode_count", geometry->groups * geometry->inodes_per_group);
  tpl_volume_set_fact (target, "reserved_millionths", format->reserved_millionths);
  tpl_volume_set_fact (target, "journal_bytes", geometry->journal_blocks * format->block_bytes);
}

static gboolean
ext_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  Format format;
  Geometry geometry;
  Need need;
  guint64 smallest, size;

  if (!read_format (source, &format, error))
    return FALSE;
  need = needs_of (source, &format, headroom_bytes);
  smallest = smallest_size (&format, &need);
  size = target->size_bytes != 0
             ? tpl_size_round_down (target->size_bytes, MAX (format.block_bytes, PAGE_BYTES))
             : smallest;
  if (!tpl_size_is_sane (size) || !lay_out_given (&format, need, size, smallest, &geometry))
    return tpl_fs_too_small (source, source->type, size, smallest, error);
  if (geometry.blocks > G_MAXUINT32 && format.descriptor_bytes < 64)
    return refuse (source, "without the feature \"64bit\" can't be so large", error);
  if (target->size_bytes == 0)
    target->size_bytes = size;
  target->used_bytes = need.content_bytes;
  target->free_bytes = room_bytes (&format, &geometry) - payload_bytes (&need, FALSE);
  set_facts (source, &format, &geometry, target);
  return TRUE;
}

static const char *const also[] = { "ext3", "ext2", NULL };

const TplFsTraits tpl_ext_traits = {
  .type = "ext4",
  .also = also,
  .plan = ext_plan,
};
