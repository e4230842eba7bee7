/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The toolbox: a small ext2 image with our helper and the host's filesystem and LVM tools, with the
 * libraries that they need. The appliance mounts it as its root, so that everything that runs there
 * is ours and of a known version, whatever the appliance itself holds, and nothing is the guest's.
 */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  const char *program;
  gboolean required;
} TplTool;

/** The path of an image with the tools (the last has a NULL program) and the helper's file: one
 * that an earlier run made of the same files (adapt/cache.h), or a new one. `folder` is an
 * existing scratch folder of the caller. The caller's; NULL on error: TPL_ERROR_HOST if a required
 * tool is missing. */
char *tpl_toolbox_take (const char *folder, const TplTool *tools, const char *helper,
                        GCancellable *cancellable, GError **error);
