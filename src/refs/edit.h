/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What the edits of all kinds share: the file being edited, warnings, lines, and devices in fields.
 *
 * An edit does what needs the text's grammar: names that could be ordinary words (labels, VG/LV),
 * and what goes away with a removed device. Identities that their form gives away (UUIDs, /dev/...
 * paths) may be left to tpl_refs_edit (), which sweeps the result, comments and all.
 */
#pragma once

#include "refs/ref-map.h"

G_BEGIN_DECLS

/** One file's edit. Nothing here is owned. */
typedef struct {
  const TplRefMap *map;
  const char *path;    /* below the guest's root; for messages */
  GPtrArray *warnings; /* of char *; NULL: nobody wants them */
} TplRefEdit;

/** Adds "PATH: message". Bytes that could disturb a terminal are escaped. */
void tpl_ref_warn (const TplRefEdit *edit, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** tpl_ref_map_device (), with a warning where the device is foreign. */
TplRefVerdict tpl_ref_edit_device (const TplRefEdit *edit, const char *spec, char **changed);

/** Edits one line (without its line end), appending to `out`. FALSE: the line goes away. */
typedef gboolean (*TplLineFunc) (const TplRefEdit *edit, const char *line, GString *out);

/** Calls `func` for every line of `text` and keeps the line ends: LF, CRLF or a missing last one.
 */
void tpl_edit_lines (const TplRefEdit *edit, const char *text, TplLineFunc func, GString *out);

/** A TplLineFunc that keeps the line. */
gboolean tpl_edit_line_keep (const TplRefEdit *edit, const char *line, GString *out);

/** TRUE for an empty line and for one whose first visible byte is `#`. */
gboolean tpl_is_comment (const char *line);

/** Appends `options`, a comma-separated list, with devices (`key=DEVICE`) translated and, where the
 * map says so, subvolumes named by path alone. An option that names a removed device goes away. */
void tpl_edit_mount_options (const TplRefEdit *edit, const char *options, GString *out);

G_END_DECLS
