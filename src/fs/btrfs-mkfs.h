/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How mkfs.btrfs(8) is called to make a planned btrfs. Pure. */
#pragma once

#include "plan/layout.h"

/** What a mkfs.btrfs can do: what its options -O and -R say when asked for "list-all". */
typedef struct {
  const char *features;
  const char *runtime_features;
} TplMkfsBtrfsCaps;

/**
 * The command that makes `target` on `device`, with the facts (fs/fs-plan.h), UUID and label that
 * the plan gave it. Every feature that the tool knows is switched on or off by name, so that the
 * tool's own defaults never matter; one that it does not know is left out, which makes an older
 * filesystem than the guest's, never a newer one. Free with g_strfreev ().
 */
char **tpl_mkfs_btrfs_argv (const TplVolume *target, const TplMkfsBtrfsCaps *caps,
                            const char *device);
