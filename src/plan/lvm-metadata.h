/* SPDX-License-Identifier: GPL-3.0-or-later */
/** LVM2's metadata as text, the form that vgcfgrestore(8) reads. */
#pragma once

#include "plan/layout.h"

/**
 * The metadata of a planned volume group with one physical volume and linear volumes. `pv_bytes` is
 * the size of the physical volume. `work`: with the work names and UUIDs (work_name, work_uuid,
 * work_pv_uuid) that can't collide with the source's, else with the final ones. The caller's.
 */
char *tpl_lvm_metadata (const TplVolumeGroup *group, guint64 pv_bytes, gboolean work);
