/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What runs of the same user share: appliances and their parts, and toolboxes. A toolbox is kept
 * with the list of the files that it was made of, and found again as long as all of these are what
 * they were.
 */
#pragma once

#include <glib.h>

/** A line of that list, for the file as it is now; FALSE if there is none. */
gboolean tpl_cache_append (GString *list, const char *path);

/** Where users have their folders: $LIBGUESTFS_CACHEDIR, or $TMPDIR, or /var/tmp, as for
 * libguestfs's own appliance (guestfs_get_cachedir). */
const char *tpl_cache_parent (void);

/** The path of the user's folder in `parent`. The caller's. */
char *tpl_cache_path (const char *parent);

/** The user's folder, made if need be. The caller's; NULL if it can't be had, or is not the user's
 * alone. */
char *tpl_cache_folder (void);

/** The image that was kept for this key (no slashes); NULL: none, or not good any more. The
 * caller's. */
char *tpl_cache_find (const char *folder, const char *key);

/** A file of that folder without a name, to be written and kept; -1: the filesystem has no such.
 * What nobody used for a month makes room for it. */
int tpl_cache_begin (const char *folder);
/** Gives it its name, once it is on the disk, and returns that. The caller's; NULL and `error` if
 * it can't be written (TPL_ERROR_FAILED). */
char *tpl_cache_keep (const char *folder, const char *key, const char *list, int fd,
                      GError **error);
