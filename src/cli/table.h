/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A table of text: columns as wide as what is in them. */
#pragma once

#include <glib.h>

typedef struct {
  const char *title;
  gboolean is_right;   /* aligned to the right: numbers */
  gboolean may_shrink; /* cut where the table would be too wide */
} CliTableColumn;

typedef struct CliTable CliTable;

/** `columns` is borrowed and must outlive the table. The caller's. */
CliTable *cli_table_new (const CliTableColumn *columns, guint count);
void cli_table_free (CliTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliTable, cli_table_free)

/** Adds a row; takes the strings of `cells` (one for each column), NULL is empty. */
void cli_table_add (CliTable *table, char *const *cells);

/** The table as lines of at most `width` columns, if cutting what may be cut gives that. The
 * caller's. */
char *cli_table_render (const CliTable *table, int width);
