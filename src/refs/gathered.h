/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The whole edit between `tpl-helper gather` and `tpl-helper apply`: archive in, archive out.
 *
 *   list     = tpl_gathered_list ()                -> gather ROOT LIST OUT
 *   edits    = tpl_gathered_edit (map, OUT)        -> apply ROOT ARCHIVE
 *   then gather again, and tpl_gathered_scan (map, OUT) must find nothing but comments.
 */
#pragma once

#include "refs/ref-map.h"

G_BEGIN_DECLS

/** The list file for `tpl-helper gather`: every kind's paths, images and their members. g_free ()
 * it. */
char *tpl_gathered_list (void);

/** The list file for `tpl-helper scan`: /etc, /boot and images, whatever they hold. g_free () it.
 */
char *tpl_gathered_scan_list (void);

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

/** Appends (TplRefLeftover, see refs.h) every old identity in what was gathered; an initramfs
 * member's path is IMAGE!NAME. An image that can't be read is an error: nothing is proved of it. */
gboolean tpl_gathered_scan (const TplRefMap *map, GBytes *gathered, GPtrArray *leftovers,
                            GError **error);

G_END_DECLS
