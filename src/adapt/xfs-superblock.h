/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The XFS superblock, with the structures of xfsprogs' headers (XFS Algorithms & Data Structures,
 * "Superblocks"). Reads what comes from a guest: bounded, and fuzzed. */
#pragma once

#include "plan/layout.h"
#include "tpl-shrink.h"

/** How many bytes of the filesystem's start are enough. */
#define TPL_XFS_SUPERBLOCK_BYTES 512u

/**
 * Reads the superblock into the volume's facts: block_bytes, sector_bytes, inode_bytes,
 * dirblock_bytes, blocks, agblocks, agcount, log_bytes, imax_pct, inode_count, 0/1 for each feature
 * (crc, ftype, finobt, sparse_inodes, rmapbt, reflink, bigtime, inobtcount, nrext64, ascii_ci,
 * lazy_count, projid32, attr2, metadata_uuid_differs, needsrepair), quota_flags, realtime,
 * external_log, and used_bytes and free_bytes as its counters have them (right when it was
 * unmounted cleanly). Errors: TPL_ERROR_REFUSED for what is no superblock, or has features that
 * these headers don't know.
 */
gboolean tpl_xfs_superblock_read (GBytes *head, TplVolume *volume, GError **error);

/** Where the internal log is, in bytes of the filesystem; FALSE if there is none in it. `head` is
 * what tpl_xfs_superblock_read () has taken. */
gboolean tpl_xfs_log_place (GBytes *head, guint64 *offset_bytes, guint64 *size_bytes);

/**
 * Whether an allocation group's header (its AGF sector, `sector_bytes` long, at `sector_bytes` from
 * the group's start) says that it has shared extents: its reference count tree's root is not empty.
 * `root_block` gets the block, within the group, that the caller must look into; G_MAXUINT32 for
 * none.
 */
guint32 tpl_xfs_agf_refcount_root (GBytes *agf);
/** Whether a block of the reference count tree holds any record. */
gboolean tpl_xfs_refcount_block_has_records (GBytes *block);
