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
 * Facts of swap: page_bytes.
 */
#pragma once

#include "plan/traits.h"

extern const TplFsTraits tpl_xfs_traits, tpl_swap_traits;
