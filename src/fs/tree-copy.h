/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Copying by the program in the appliance: what drivers of filesystems with files share. */
#pragma once

#include "fs/fs.h"

/** Runs `tpl-helper copy`, with more options (ends with NULL) or NULL, from the source's folder to
 * the target's. */
gboolean tpl_tree_copy (const TplFsDisk *disk, const TplFsCopy *copy,
                        const char *const *options, GError **error);
