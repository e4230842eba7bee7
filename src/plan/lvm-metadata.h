/* SPDX-License-Identifier: GPL-3.0-or-later */
/** LVM2's metadata as text, the form that vgcfgrestore(8) reads. */
#pragma once

#include "plan/layout.h"

/**
 * The metadata of a planned volume group with one physical volume, linear volumes and thin pools.
 * `pv_bytes` is the size of the physical volume. `work`: with the work names and UUIDs (work_name,
 * work_uuid, work_pv_uuid) that can't collide with the source's, else with the final ones. The
 * caller's.
 *
 * With `work` a thin pool is two linear volumes, of its name and of tpl_lvm_work_metadata_name (),
 * which lvconvert(8) makes a pool of; its thin volumes are not there, for lvcreate(8) makes them.
 * The final text describes what comes of that.
 */
char *tpl_lvm_metadata (const TplVolumeGroup *group, guint64 pv_bytes, gboolean work);

/** What the volume is called that becomes the pool's tables. The caller's. */
char *tpl_lvm_work_metadata_name (const TplThinPool *pool);
