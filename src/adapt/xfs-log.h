/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whether an XFS log holds anything that a mount would replay (XFS Algorithms & Data Structures,
 * "Journaling Log"; the kernel's xlog_find_tail). From a guest: bounded, and fuzzed. */
#pragma once

#include "adapt/reader.h"

/** TRUE if the last record of the log says that the filesystem was unmounted. FALSE also where the
 * log can't be read, or makes no sense. */
gboolean tpl_xfs_log_is_clean (const TplReader *filesystem, guint64 offset_bytes,
                               guint64 size_bytes);
