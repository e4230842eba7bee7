/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Volume groups: the source's, and the target's. While source and target are attached together, the
 * target's bear work names and UUIDs that can't collide; at the end they get the planned ones,
 * which may equal the source's. Data areas are never touched by that: only metadata is written
 * anew.
 */
#pragma once

#include "stage/run.h"

/** Reads the volume groups that have a physical volume on the layout's disk, and what their logical
 * volumes hold. Errors: TPL_ERROR_REFUSED: a group misses a physical volume. */
gboolean tpl_lvm_inspect (TplRun *run, TplLayout *layout, GError **error);

/** Adds the commands that make the planned groups under their work names and activate them;
 * run->target_devices learns their logical volumes. */
gboolean tpl_lvm_create (TplRun *run, TplScript *script, GError **error);

/** Deactivates the source's groups, gives the target's their planned names and UUIDs, and reads
 * them back. Nothing of either disk may be mounted. Errors: TPL_ERROR_VERIFICATION if they read
 * back differently. */
gboolean tpl_lvm_finish (TplRun *run, GError **error);
