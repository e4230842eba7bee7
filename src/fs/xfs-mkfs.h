/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How mkfs.xfs(8) is called to make a planned XFS. Pure: whoever calls runs the programs. */
#pragma once

#include "plan/layout.h"

/** Run this (in the C locale; it fails, by design) and give what it prints to
 * tpl_mkfs_xfs_caps_parse (). Ends with NULL. */
extern const char *const tpl_mkfs_xfs_probe[];

/** What a version of mkfs.xfs can do. */
typedef struct {
  gboolean unsupported; /* knows --unsupported: refuses small filesystems without it */
  char **options;       /* "m.crc", "i.nrext64", "K": sub-options and options of its usage text */
} TplMkfsXfsCaps;

/** Reads the usage text of mkfs.xfs: standard output and standard error of the probe together. The
 * caller's. */
TplMkfsXfsCaps *tpl_mkfs_xfs_caps_parse (const char *usage);
void tpl_mkfs_xfs_caps_free (TplMkfsXfsCaps *caps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplMkfsXfsCaps, tpl_mkfs_xfs_caps_free)

/** Whether `section` ("m", "i" ...) has the sub-option `name`; with `name` NULL: the option itself.
 */
gboolean tpl_mkfs_xfs_caps_has (const TplMkfsXfsCaps *caps, const char *section, const char *name);

/**
 * The command that makes `target` on `device`, with the facts, UUID and label that the plan gave it
 * (facts: see fs/fs-plan.h). Every feature that the tool knows is switched on or off by name, so
 * that the tool's own defaults never matter; a feature that it does not know is left out, which
 * makes an older filesystem than the guest's, never a newer one. Free with g_strfreev (). Errors:
 * TPL_ERROR_HOST if the tool is too old to make what the guest must have (CRCs, file types, UUID).
 */
char **tpl_xfs_mkfs_argv (const TplVolume *target, const TplMkfsXfsCaps *caps, const char *device,
                          GError **error);
