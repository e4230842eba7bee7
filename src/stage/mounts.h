/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the guest mounts where: filesystems, and subvolumes of them. */
#pragma once

#include "refs/ref-map.h"
#include "stage/run.h"

/** Whether a guest with these mounts has its root in that subvolume of the volume ("": its top, and
 * the only place where there are none). */
gboolean tpl_mounts_have_root (const TplRun *run, const GPtrArray *mounts, const TplVolume *volume,
                               const char *subvolume);

/** Makes them the guest's, with this root: run->mounts and every volume's mountpoint. Errors:
 * TPL_ERROR_REFUSED for a subvolume that can't be mounted. */
gboolean tpl_mounts_take (TplRun *run, const GPtrArray *mounts, TplVolume *root,
                          const char *root_subvolume, GError **error);

/** Adds the volumes that got their mountpoint without fstab. */
void tpl_mounts_complete (TplRun *run);

/** The folder of the toolbox with the source's root. The caller's. */
char *tpl_mounts_source_root (const TplRun *run);

/** Mounts the target's at TPL_GUEST_FOLDER (guest-files.h), writable. */
gboolean tpl_mounts_mount (TplRun *run, GError **error);
gboolean tpl_mounts_unmount (TplRun *run, GError **error);

/** The mount that holds a path of the guest; `below` is the rest of the path. NULL: none. */
const TplGuestMount *tpl_mounts_of_path (const TplRun *run, const char *path, const char **below);

/** Tells the map how subvolumes' numbers, which the copy does not keep, are said by path. */
void tpl_mounts_name_subvolumes (const TplRun *run, TplRefMap *map);
