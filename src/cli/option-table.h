/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A program's options as a table: read from the command line, and printed for --help. */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;
  char letter;          /* '\0': none */
  const char *argument; /* what --help calls it; NULL: the option takes none */
  int kind;             /* the program's own, as the following */
  size_t number;
  const char *help;
} CliOption;

/** What an option is given; `value` is NULL where it takes none. Errors: TPL_ERROR_USAGE. */
typedef gboolean (*CliOptionTake) (const CliOption *option, const char *value, gpointer user_data,
                                   GError **error);

/** Reads the command line: calls `take` for each option. `first` is set to the first argument that
 * is none; they stand at the end of argv then. Errors: TPL_ERROR_USAGE. */
gboolean cli_option_table_parse (const CliOption *options, size_t count, int argc,
                                 char *const argv[], CliOptionTake take, gpointer user_data,
                                 int *first, GError **error);

/** Appends a line or more for each option. */
void cli_option_table_help (const CliOption *options, size_t count, GString *help);
