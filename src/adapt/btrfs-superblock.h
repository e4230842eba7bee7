/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The superblock of btrfs: Linux, include/uapi/linux/btrfs_tree.h, struct btrfs_super_block. */
#pragma once

#include "plan/layout.h"

/** Where the first superblock begins, and how long it is. */
#define TPL_BTRFS_SUPERBLOCK_START 65536u
#define TPL_BTRFS_SUPERBLOCK_BYTES 4096u

/**
 * Adds the facts (fs/fs-plan.h) of a superblock to the volume. Whether they can be kept is for the
 * planner to say; this only refuses what is no superblock of that kind, or contradicts itself.
 * Errors: TPL_ERROR_REFUSED.
 */
gboolean tpl_btrfs_superblock_read (GBytes *superblock, TplVolume *volume, GError **error);
