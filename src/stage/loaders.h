/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The source's boot loaders, and the partitions that they are on. */
#pragma once

#include "refs/ref-map.h"
#include "stage/run.h"

/** How much of a disk with this layout, from its first byte on, the boot loaders' drivers read. */
guint64 tpl_loaders_head_bytes (const TplLayout *layout);

/** Those bytes of the source. The caller's. */
GBytes *tpl_loaders_head (const TplRun *run, GError **error);

/** The drivers of the boot loaders on the source (const TplBootDriver *). The array is the
 * caller's. */
GPtrArray *tpl_loaders_find (const TplRun *run, GError **error);

/** Searches the source's programs that fit these globs for old names. `*found` is the first that
 * was found, a line "PATH<tab>NAME", the caller's; NULL: none. Errors: TPL_ERROR_REFUSED for a
 * program that can't be read. */
gboolean tpl_loaders_search_programs (TplRun *run, const char *const *globs, const TplRefMap *map,
                                      char **found, GError **error);

/** Sets the mountpoint of EFI system and extended boot partitions that fstab does not name and
 * systemd-gpt-auto-generator(8) mounts by their type. The root is known. */
gboolean tpl_loaders_mount_by_type (TplRun *run, GError **error);

/** Appends lines "KEYWORD GLOB", as tpl-helper's lists have them; `globs` may be NULL. */
void tpl_loaders_add_globs (GString *list, const char *keyword, const char *const *globs);
