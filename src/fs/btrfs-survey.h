/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What `tpl-helper btrfs-survey` prints (helper/btrfs-survey.c). Pure. */
#pragma once

#include "fs/fs.h"

/** Sets the volume's facts (fs/fs-plan.h) and used_bytes, and adds to the list. Errors:
 * TPL_ERROR_FAILED for text that the helper does not print. */
gboolean tpl_btrfs_survey_read (const char *text, TplVolume *volume, GPtrArray *subvolumes,
                                GError **error);

/** Whether the volume's snapshots may be treated so: "refuse", "drop", "flatten". Errors:
 * TPL_ERROR_REFUSED. */
gboolean tpl_btrfs_survey_check (const TplVolume *volume, const GPtrArray *subvolumes,
                                 const char *snapshots, GError **error);
