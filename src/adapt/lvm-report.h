/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What LVM says of volume groups, as JSON (lvmreport(7)). */
#pragma once

#include "plan/layout.h"
#include "tpl-shrink.h"

/** The command that asks about the volume groups on these devices (NULL-terminated). The
 * caller's. */
GStrv tpl_lvm_report_argv (const char *const *devices);

/**
 * Reads the command's answer into layout->volume_groups. `pvs` are all physical volumes that are
 * known (TplPhysicalVolume), those of the layout's own disk first; the first of them that a group
 * has is the one that it keeps. Logical volumes get empty volumes with id and size. Errors:
 * TPL_ERROR_REFUSED: a group that misses a physical volume, or an answer that makes no sense.
 */
gboolean tpl_lvm_report_read (const char *json, const GPtrArray *pvs, TplLayout *layout,
                              GError **error);
