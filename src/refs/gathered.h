/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The whole edit between `tpl-helper gather` and `tpl-helper apply`: archive in, archive out.
 *
 *   list     = tpl_gathered_list (FALSE)           -> gather ROOT LIST BEFORE
 *   edits    = tpl_gathered_edit (map, BEFORE)     -> apply ROOT ARCHIVE
 *   list     = tpl_gathered_list (TRUE)            -> gather ROOT LIST AFTER
 *   and tpl_gathered_scan (map, BEFORE, AFTER) must find nothing but comments.
 */
#pragma once

#include "refs/ref-map.h"

G_BEGIN_DECLS

/** The list file for `tpl-helper gather`: every kind's paths, images and their members; `again`,
 * when they were gathered before, of the images what was added since. g_free () it. */
char *tpl_gathered_list (gboolean again);

/** The list file for `tpl-helper scan`: images, and with `files` /etc and /boot, whatever they
 * hold. g_free () it. */
char *tpl_gathered_scan_list (gboolean files);

/** One file that is changed. */
typedef struct {
  const char *action; /* "write", "append" or "remove" */
  char *path;
  GBytes *before; /* NULL: it was not fetched */
  GBytes *after;  /* the file, or what is appended to it; empty for "remove" */
} TplGatheredChange;

typedef struct {
  GBytes *archive;     /* for `tpl-helper apply`; NULL: there is nothing to change */
  GPtrArray *changes;  /* TplGatheredChange: what the archive does */
  GPtrArray *warnings; /* char *; what a human should look at */
} TplGatheredEdits;

void tpl_gathered_edits_free (TplGatheredEdits *edits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplGatheredEdits, tpl_gathered_edits_free)

/** Edits all that was gathered. Free the result with tpl_gathered_edits_free (). NULL on error:
 * TPL_ERROR_FAILED for an archive that gather did not make, or a format without room. */
TplGatheredEdits *tpl_gathered_edit (const TplRefMap *map, GBytes *gathered, GError **error);

/** Appends (TplRefLeftover, see refs.h) every old identity in what is gathered now; an initramfs
 * member's path is IMAGE!NAME. Of images in which additions were looked for, `before` (may be NULL)
 * has the members that these leave as they were. An image that can't be read is an error: nothing
 * is proved of it. */
gboolean tpl_gathered_scan (const TplRefMap *map, GBytes *before, GBytes *gathered,
                            GPtrArray *leftovers, GError **error);

/** What `tpl-helper scan` found in images before they were added to, without what that replaced:
 * `found` has a line "PATH<tab>NAME" each, and `gathered` the additions. g_free () it. NULL on
 * error. */
char *tpl_gathered_still_found (const char *found, GBytes *gathered, GError **error);

G_END_DECLS
