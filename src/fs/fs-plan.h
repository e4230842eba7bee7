/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the planner must know of each filesystem (plan/traits.h). Pure: no I/O.
 *
 * Facts of XFS, from the source's superblock; those of the target are what its maker needs:
 *
 *   block_bytes, sector_bytes, inode_bytes, dirblock_bytes, agcount, log_bytes: the geometry
 *   imax_pct: most percent of the space that inodes may take; 0: no limit
 *   inode_count, inode_free_count: sb_icount and sb_ifree of the source; optional. The first raises
 *   imax_pct where it must, the second makes a filesystem that once held many files smaller
 *   crc, ftype, finobt, sparse_inodes, rmapbt, reflink, bigtime, inobtcount, nrext64, exchange,
 *   parent, metadir, ascii_ci, lazy_count, projid32, attr2: features, 1 or 0; absent is 0
 *   realtime, external_log, needsrepair, quota_flags: source only, refused if not 0
 *   metadata_uuid_differs, shared_extents: source only, no matter for the plan
 *
 * Facts of ext2, ext3 and ext4; those of the target are what its maker needs:
 *
 *   block_bytes, inode_bytes, inode_count, journal_bytes (0: as mke2fs likes), flex_groups_log,
 *   stride, stripe_width: the geometry
 *   reserved_uid, reserved_gid, max_mounts, check_interval_seconds, errors_behaviour,
 *   default_mount_options: the superblock's fields, as they are
 *   each feature of fs/ext-features.c by mke2fs's name, 1 or 0
 *   blocks; blocks_per_group, inode_free_count, reserved_blocks: source only
 *   reserved_millionths: target only, of the blocks
 *   has_errors, clean, external_journal, mount_options_text: source only, refused if not as
 *   they should
 *
 * Facts of btrfs; those of the target are what its maker needs:
 *
 *   sector_bytes, node_bytes, checksum (0: CRC32C, 1: xxHash, 2: SHA-256, 3: BLAKE2b)
 *   data_dup, metadata_dup: whether there are two copies, 1 or 0
 *   each feature of fs/btrfs-features.c by mkfs.btrfs's name, 1 or 0
 *   data_bytes, data_extents, tree_bytes (items of the subvolumes' trees): source only, what a copy
 *   takes
 *   encoded: source only, it has compressed data that the copy carries over as they are
 *   shared_extents: source only, 1 or 0
 *   devices, seeding, metadump, changing_uuid, other_profile, quota: source only, refused if not as
 *   they should
 *
 * Facts of vfat: sector_bytes, cluster_bytes, fats (copies of the table), root_entries,
 * fat_bits (12, 16, 32); source only: clusters, fat_start_bytes, root_start_bytes,
 * data_start_bytes, root_cluster.
 *
 * Facts of swap: page_bytes. Unknown data has none.
 */
#pragma once

#include "plan/traits.h"

extern const TplFsTraits tpl_btrfs_traits, tpl_xfs_traits, tpl_ext_traits, tpl_vfat_traits,
    tpl_swap_traits, tpl_data_traits;

/** Where a superblock has a feature's bit (ext2, ext3, ext4, btrfs): with one that it does not
 * know, a kernel mounts the filesystem, or not, or read-only. */
typedef enum {
  TPL_FEATURE_COMPAT,
  TPL_FEATURE_INCOMPAT,
  TPL_FEATURE_RO_COMPAT,
  TPL_FEATURE_WORDS
} TplFeatureWord;

typedef enum {
  TPL_FEATURE_KEPT,    /* the copy has it, if the source has */
  TPL_FEATURE_DROPPED, /* a state, or what follows from the content or another choice */
  TPL_FEATURE_SPARED,  /* as kept, but left out where the maker does not know it: all mount it so */
  TPL_FEATURE_REFUSED,
} TplFeatureFate;

typedef struct {
  const char *name; /* the maker's, where it has one, and the fact's */
  TplFeatureWord word;
  guint64 bit;
  TplFeatureFate fate;
  const char *remedy; /* of what is refused */
} TplFeature;

/** All that are known; the last one has no name. */
extern const TplFeature tpl_btrfs_features[], tpl_ext_features[];

/** Gives the volume the fact of each feature, 1 or 0. `words` are the superblock's. Errors:
 * TPL_ERROR_REFUSED, where one is not known: even a compatible one, which would not be kept. */
gboolean tpl_features_read (const TplFeature *features, const guint64 words[TPL_FEATURE_WORDS],
                            TplVolume *volume, GError **error);
/** Whether the source has none that is refused. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_features_check (const TplFeature *features, const TplVolume *source, GError **error);
/** Gives the target those that it keeps. */
void tpl_features_keep (const TplFeature *features, const TplVolume *source, TplVolume *target);

/** Says why the source's filesystem can't be copied: "ID: KIND WHAT". Always FALSE:
 * TPL_ERROR_REFUSED. `kind` is its name for humans. */
gboolean tpl_fs_refuse (const TplVolume *source, const char *kind, const char *what,
                        GError **error);

/** A fact that is refused where it is more than `most`. */
typedef struct {
  const char *fact;
  guint64 most;
  const char *what;
} TplFsLimit;

/** Whether the source is within all limits; the last one has no fact. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_fs_check (const TplVolume *source, const char *kind, const TplFsLimit *limits,
                       GError **error);

/** Says that a filesystem of that size can't hold what the source has. Always FALSE:
 * TPL_ERROR_TOO_SMALL. */
gboolean tpl_fs_too_small (const TplVolume *source, const char *kind, guint64 size_bytes,
                           guint64 needed_bytes, GError **error);
