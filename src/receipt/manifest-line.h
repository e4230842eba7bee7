/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A line of a manifest, as tpl-helper writes it (helper/compare-manifest.c). Its text may come
 * from anywhere: it is taken apart without being copied, and nothing else than that form is
 * accepted. */
#pragma once

#include <glib.h>

typedef struct {
  const char *text;
  gsize length;
} TplManifestSpan;

typedef struct {
  TplManifestSpan key;   /* {"path":"/etc/fstab" or {"inode":"131" : what lines are sorted by */
  TplManifestSpan name;  /* of the file, escaped; with several names, one of them */
  gboolean is_of_target; /* side "both" or "target" */
  TplManifestSpan state; /* the members that are compared: "type":"file",... */
} TplManifestLine;

/** Takes apart a line without its newline. FALSE: it is no such line. */
gboolean tpl_manifest_line_parse (const char *text, gsize length, TplManifestLine *line);

/** As strcmp () of the keys. */
int tpl_manifest_line_order (const TplManifestLine *a, const TplManifestLine *b);

/** What differs between two states: "mode 0644 -> 0600, content"; NULL: nothing. The caller's. */
char *tpl_manifest_line_difference (const TplManifestLine *recorded, const TplManifestLine *found);
