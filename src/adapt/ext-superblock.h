/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The superblock of ext2, ext3 and ext4: Linux, Documentation/filesystems/ext4/super.rst. */
#pragma once

#include "plan/layout.h"

/** Where the superblock begins, and how long it is. */
#define TPL_EXT_SUPERBLOCK_START 1024u
#define TPL_EXT_SUPERBLOCK_BYTES 1024u

/**
 * Adds the facts (fs/fs-plan.h) of a superblock to the volume, and sets used_bytes and free_bytes
 * to what it counts. Whether they can be kept is for the planner to say; this only refuses what is
 * no superblock of that kind, or contradicts itself. Errors: TPL_ERROR_REFUSED.
 */
gboolean tpl_ext_superblock_read (GBytes *superblock, TplVolume *volume, GError **error);

/**
 * What of used_bytes is the filesystem's own, so that statfs does not count it: 0 where the
 * superblock says it (e2fsprogs and kernels of late), and it is in used_bytes no more. `volume` has
 * been read from the superblock. (Kernel: ext4_calculate_overhead.)
 */
guint64 tpl_ext_overhead_bytes (GBytes *superblock, const TplVolume *volume);
