/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How mke2fs(8) and tune2fs(8) are called to make a planned ext2, ext3 or ext4. Pure. */
#pragma once

#include "plan/layout.h"

/** What mke2fs says of a feature that it does not know. */
#define TPL_MKE2FS_UNKNOWN "Invalid filesystem option set"

/** A command that makes nothing, and says TPL_MKE2FS_UNKNOWN if mke2fs does not know the feature.
 * Free with g_strfreev (). */
char **tpl_mke2fs_probe (const char *feature);

/**
 * The command that makes `target` on `device`, with the facts (fs/fs-plan.h), UUID and label that
 * the plan gave it. Every default is cleared first, so that the filesystem has what the plan says
 * and no feature more; `without` (ends with NULL) are features that this mke2fs does not know. Free
 * with g_strfreev ().
 */
char **tpl_mke2fs_argv (const TplVolume *target, const char *const *without, const char *device);

/** The command that sets what mke2fs can't. Free with g_strfreev (). */
char **tpl_tune2fs_argv (const TplVolume *target, const char *device);
