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

/** Makes the image `path` from the tools (ends with a NULL program) and the helper's file. `folder`
 * is an existing scratch folder of the caller. Errors: TPL_ERROR_HOST if a required tool is
 * missing. */
gboolean tpl_toolbox_make (const char *path, const char *folder, const TplTool *tools,
                           const char *helper, GCancellable *cancellable, GError **error);
