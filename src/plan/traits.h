/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the planner must know of a filesystem: pure functions that its driver (src/fs) provides. */
#pragma once

#include <string.h>

#include "plan/layout.h"

typedef struct {
  const char *type;  /* libblkid's name */
  const char *const *also; /* its names of what is the same to the driver; NULL, or ends with NULL */
  gboolean is_swap;  /* sized by --swap-size, its content is not copied */
  gboolean is_data;  /* unknown: copied block by block, never smaller, never made */

  /**
   * Plans the filesystem `target` that is to hold what `source` holds. With target->size_bytes 0:
   * sets it to the smallest size that leaves `headroom_bytes` free for the guest. Otherwise the
   * size is given: fits the filesystem to it. Sets target->used_bytes, free_bytes and the facts
   * that its maker needs (geometry, log; features are never more than the source's). uuid and label
   * are the planner's. Errors: TPL_ERROR_TOO_SMALL, TPL_ERROR_REFUSED (a feature that can't be
   * kept).
   */
  gboolean (*plan) (const TplVolume *source, guint64 headroom_bytes, TplVolume *target,
                    GError **error);
} TplFsTraits;

/** Whether these are the traits of what libblkid calls `type`. */
static inline gboolean
tpl_fs_traits_are_of (const TplFsTraits *traits, const char *type)
{
  return type != NULL
         && (strcmp (traits->type, type) == 0
             || (traits->also != NULL && g_strv_contains (traits->also, type)));
}

/** Finds a filesystem's traits by type; NULL if there is no driver for it. */
typedef const TplFsTraits *(*TplFsLookup) (const char *type);
