/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data that bears no signature that libblkid knows: a database on a bare volume, a key. Whoever
 * reads it may know its size, so that it keeps it. */
#include "fs/fs-plan.h"
#include "tpl-shrink.h"

static gboolean
data_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  (void)headroom_bytes; /* nobody knows what is free in it */
  if (source->mountpoint != NULL) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "%s, which the guest mounts at %s, holds something that tpl-shrink has no driver "
                 "for: move its files elsewhere in the guest",
                 source->id, source->mountpoint);
    return FALSE;
  }
  if (target->size_bytes == 0)
    target->size_bytes = source->size_bytes;
  if (target->size_bytes < source->size_bytes)
    return tpl_fs_too_small (source, "unknown data", target->size_bytes, source->size_bytes, error);
  target->used_bytes = source->size_bytes;
  target->free_bytes = 0;
  return TRUE;
}

const TplFsTraits tpl_data_traits = {
    .type = "unknown",
    .is_data = TRUE,
    .plan = data_plan,
};
