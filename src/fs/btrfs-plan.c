/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * btrfs: how small can it be? Its space is given out in chunks, to data or to metadata, and what
 * one kind has the other can't take. The size is
 *
 *   data + headroom + copies of (metadata + one more chunk of it) + what mkfs.btrfs sets aside
 *
 * since metadata may want a new chunk while the last is partly free; a chunk is a tenth of the
 * filesystem, and has a limit (fs/btrfs/volumes.c, init_alloc_chunk_ctl_policy_regular ()). The
 * last chunk of data is as small as what is left.
 */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* mkfs.btrfs makes none that are smaller: mixed, or not, for each copy of the data. */
#define LEAST_MIXED_BYTES (64 * TPL_MIB)
#define LEAST_BYTES       (128 * TPL_MIB)
/* In front of the first chunk, and each copy of the system's own chunk, which grows once. */
#define FRONT_BYTES  TPL_MIB
#define SYSTEM_BYTES (8 * TPL_MIB)
/* Metadata that the kernel keeps for itself, and the empty trees. */
#define RESERVE_BYTES (16 * TPL_MIB)
/* Of a chunk of metadata: in filesystems of up to so many bytes, and in larger ones. */
#define SMALL_CHUNK_BYTES (256 * TPL_MIB)
#define SMALL_BYTES       (50 * TPL_GIB)
#define LARGE_CHUNK_BYTES TPL_GIB
#define CHUNKS            10
#define CHUNK_UNIT_BYTES  (16 * TPL_MIB)
/* Of metadata, that mkfs.btrfs makes at least, with or without DUP. */
#define FIRST_CHUNK_BYTES (32 * TPL_MIB)
/* Chunks are whole stripes; what is left of the device is less. */
#define SLACK_BYTES       (2 * TPL_MIB)
/* An extent's item, its back reference, its place in the tree of free space. */
#define EXTENT_ITEM_BYTES 96

typedef struct {
  guint64 data_bytes; /* with all copies */
  guint64 metadata_bytes; /* of one copy */
  guint64 data_copies, metadata_copies;
  guint64 sector_bytes;
  gboolean mixed;
} Need;

static const char *const kept_facts[] = {
  "sector_bytes", "node_bytes", "checksum", "data_dup", "metadata_dup",
};

static const TplFsLimit limits[] = {
  { "devices", 1,
    "on several devices is not supported: make it one with btrfs device remove and balance" },
  { "seeding", 0, "is a seed of others: clear that with btrfstune -S 0" },
  { "metadump", 0, "is a dump of metadata, without the files' data" },
  { "changing_uuid", 0, "was left while its UUID was changed: run btrfstune -u again" },
  { "other_profile", 0,
    "has block groups of a profile other than single and DUP: convert them with btrfs balance" },
  { "quota", 0,
    "has quota groups, which can't be carried over: switch them off with btrfs quota disable" },
  { "checksum", 3, "has checksums of a kind that is new" },
  { 0 },
};

/* CRC32C, xxHash, SHA-256, BLAKE2b. */
static guint64
checksum_bytes (const TplVolume *source)
{
  static const guint64 bytes[] = { 4, 8, 32, 32 };

  return bytes[tpl_volume_get_fact (source, "checksum", 0) % G_N_ELEMENTS (bytes)];
}

static Need
needs_of (const TplVolume *source)
{
  const guint64 data = tpl_volume_get_fact (source, "data_bytes", source->used_bytes);
  const guint64 trees = tpl_volume_get_fact (source, "tree_bytes", source->used_bytes);
  const guint64 sector = MAX (tpl_volume_get_fact (source, "sector_bytes", 4096), 512);
  const guint64 checksums = tpl_size_multiply (data / sector + 1, checksum_bytes (source));
  const guint64 extents = tpl_size_multiply (tpl_volume_get_fact (source, "data_extents", 0),
                                             EXTENT_ITEM_BYTES);
  const guint64 items = tpl_size_add (tpl_size_add (trees, checksums), extents);
  const gboolean data_dup = tpl_volume_get_fact (source, "data_dup", 0) != 0;
  const gboolean metadata_dup = tpl_volume_get_fact (source, "metadata_dup", 0) != 0;

  return (Need){
    .data_bytes = tpl_size_multiply (data, data_dup ? 2 : 1),
    /* Leaves are rarely full. */
    .metadata_bytes = tpl_size_add (tpl_size_add (items, items / 3), RESERVE_BYTES),
    .data_copies = data_dup ? 2 : 1,
    .metadata_copies = metadata_dup ? 2 : 1,
    .sector_bytes = sector,
    .mixed = tpl_volume_get_fact (source, "mixed-bg", 0) != 0,
  };
}

static guint64
chunk_bytes (guint64 size)
{
  return MIN (tpl_size_round_up (size / CHUNKS, CHUNK_UNIT_BYTES),
              size > SMALL_BYTES ? LARGE_CHUNK_BYTES : SMALL_CHUNK_BYTES);
}

/* What a filesystem of that size has taken when all is in it; what is left is the guest's. */
static guint64
taken_bytes (const Need *need, guint64 size)
{
  /* Mixed chunks are never in each other's way. */
  const guint64 spare = need->mixed ? 0 : chunk_bytes (size);
  const guint64 given = MAX (tpl_size_add (need->metadata_bytes, spare), FIRST_CHUNK_BYTES);
  const guint64 metadata
      = tpl_size_multiply (tpl_size_add (given, SYSTEM_BYTES), need->metadata_copies);

  return tpl_size_add (tpl_size_add (need->data_bytes, metadata), FRONT_BYTES + SLACK_BYTES);
}

/* From each size to what it lacks. */
static guint64
smallest_size (const Need *need, guint64 headroom_bytes)
{
  const guint64 headroom = tpl_size_multiply (headroom_bytes, need->data_copies);
  guint64 size = (need->mixed ? LEAST_MIXED_BYTES : LEAST_BYTES) * need->data_copies;

  while (tpl_size_is_sane (size)) {
    const guint64 wanted = tpl_size_add (taken_bytes (need, size), headroom);

    if (wanted <= size)
      return size;
    size = tpl_size_round_up (wanted, MAX (need->sector_bytes, 64 * TPL_KIB));
  }
  return G_MAXUINT64;
}

static void
set_facts (const TplVolume *source, TplVolume *target)
{
  tpl_features_keep (tpl_btrfs_features, source, target);
  for (guint i = 0; i < G_N_ELEMENTS (kept_facts); i++)
    tpl_volume_set_fact (target, kept_facts[i], tpl_volume_get_fact (source, kept_facts[i], 0));
}

static gboolean
btrfs_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  Need need;
  guint64 smallest, size;

  if (!tpl_fs_check (source, source->type, limits, error)
      || !tpl_features_check (tpl_btrfs_features, source, error))
    return FALSE;
  need = needs_of (source);
  smallest = smallest_size (&need, headroom_bytes);
  size = target->size_bytes != 0 ? target->size_bytes : smallest;
  if (size < smallest || !tpl_size_is_sane (size))
    return tpl_fs_too_small (source, "btrfs", size, smallest, error);
  target->size_bytes = size;
  target->used_bytes = tpl_size_add (need.data_bytes, need.metadata_bytes - RESERVE_BYTES);
  target->free_bytes = (size - taken_bytes (&need, size)) / need.data_copies;
  set_facts (source, target);
  return TRUE;
}

const TplFsTraits tpl_btrfs_traits = {
  .type = "btrfs",
  .plan = btrfs_plan,
};
