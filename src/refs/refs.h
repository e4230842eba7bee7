/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Everything in a guest that names its disk: one descriptor a kind of text, and what all share.
 * Pure: bytes in, bytes out. The files are brought and taken back by `tpl-helper gather` and
 * `apply`.
 *
 * A new kind is one file `KIND.c` that defines `const TplRefKind tpl_ref_kind_KIND`, and one word
 * in meson.build's list.
 */
#pragma once

#include "refs/edit.h"

G_BEGIN_DECLS

typedef enum {
  TPL_REF_FILE_STAYS,
  TPL_REF_FILE_GOES_IF_NEW, /* holds old identities: removed unless they are all kept */
  TPL_REF_FILE_GOES,        /* describes the old disk itself: removed always */
} TplRefFate;

typedef struct {
  const char *name;
  /** Globs (helper/guest-glob.h) of absolute paths below the guest's root; ends with NULL. */
  const char *const *paths;
  TplRefFate fate;
  /** Edits a line of the file, which is then swept (see edit.h). Editing what was edited changes
   * nothing more. */
  TplLineFunc edit_line;
  /** For a format that is more than lines: appends the edited `text` to `out`. `text` holds no NUL.
   * Files that only go away have neither. Errors: TPL_ERROR_FAILED, when the format has no room for
   * the result. */
  gboolean (*edit) (const TplRefEdit *edit, const char *text, GString *out, GError **error);
  /** For files that go away: whether this one does. NULL: every one. */
  gboolean (*goes) (const TplRefMap *map, const char *path);
} TplRefKind;

/** All kinds; ends with NULL. */
const TplRefKind *const *tpl_ref_kinds (void);

/** The kind that a path belongs to, or NULL. */
const TplRefKind *tpl_ref_kind_for_path (const char *path);

/** Whether files of that kind are edited, and not only removed. */
gboolean tpl_ref_kind_edits (const TplRefKind *kind);

/** Whether the file at `path`, which is of that kind, must be removed from the copy. */
gboolean tpl_refs_removes (const TplRefKind *kind, const TplRefMap *map, const char *path);

/**
 * Edits one file. `*after` is NULL when nothing changes; free it with g_bytes_unref ().
 * `warnings` (of char *, may be NULL) gets what a human should look at.
 */
gboolean tpl_refs_edit (const TplRefKind *kind, const TplRefMap *map, const char *path,
                        GBytes *before, GBytes **after, GPtrArray *warnings, GError **error);

typedef struct {
  char *path;
  guint line;       /* from 1; 0 in a binary */
  gsize offset;     /* in bytes from the file's start */
  char *found;      /* the old identity as it stands there */
  gboolean comment; /* stands in a comment: harmless */
} TplRefLeftover;

void tpl_ref_leftover_free (TplRefLeftover *leftover);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplRefLeftover, tpl_ref_leftover_free)

/**
 * Appends (TplRefLeftover) every old identity that is left in `content`, text or binary, whatever
 * its kind: what tpl_sweep_next () finds, LVs' names of device-mapper (vg-lv) and VG/LV as whole
 * words, and a VG's name where only a VG's name can stand (rd.lvm.vg=, /dev/VG). Identities that
 * are kept are no leftovers.
 */
void tpl_refs_scan (const TplRefMap *map, const char *path, GBytes *content, GPtrArray *leftovers);

/**
 * What `tpl-helper scan` should look for in files that are not gathered: one line an old identity
 * that is gone, "bytes TEXT" or "word TEXT" (helper/guest-scan.c). Free with g_free ().
 */
char *tpl_refs_needles (const TplRefMap *map);

G_END_DECLS
