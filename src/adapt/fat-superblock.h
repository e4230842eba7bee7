/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The boot sector of FAT (Microsoft, "FAT32 File System Specification" 1.03). */
#pragma once

#include "plan/layout.h"

#define TPL_FAT_SUPERBLOCK_BYTES 512u

/** Adds the facts (fs/fs-plan.h) of a boot sector to the volume. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_fat_superblock_read (GBytes *sector, TplVolume *volume, GError **error);

/**
 * The label that a part of the root directory holds, which is where libblkid may not have looked.
 * NULL if there is none in it; `*ended` says that the directory ends there. The caller's. A label
 * that is not ASCII comes as its bytes.
 */
char *tpl_fat_label_read (GBytes *entries, gboolean *ended);
