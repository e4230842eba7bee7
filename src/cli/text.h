/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Text for people: sizes, durations, and strings of unknown origin made fit for a terminal. */
#pragma once

#include <glib.h>

/** What a terminal shows of a text: UTF-8 or plain ASCII. */
typedef enum { CLI_ASCII, CLI_UTF8 } CliCharset;

/** The charset of the locale that setlocale () has set: UTF-8, or else ASCII. */
CliCharset cli_charset_of_locale (void);

/** "511 MiB", "1.46 GiB": three digits that count, powers of 1024. The caller's. */
char *cli_size (guint64 bytes);

/** "0.4 s", "42 s", "3 min 5 s", "2 h 1 min". The caller's. */
char *cli_duration (double seconds);

/** The same without tenths, for what changes while it is looked at. */
char *cli_whole_duration (double seconds);

/**
 * Makes a text safe for a terminal: control characters, characters that reorder or hide others and
 * bytes that are no UTF-8 become \xNN or \u{NNNN}; with CLI_ASCII so does everything that isn't
 * ASCII. Backslashes stay, so that a text that is safe already is returned as it is. The caller's.
 */
char *cli_escape (const char *text, CliCharset charset);

/** cli_escape () of each line of a message; the lines after the first are indented. The caller's.
 */
char *cli_escape_lines (const char *text, CliCharset charset);

/** The terminal columns that a valid UTF-8 text takes. */
int cli_columns (const char *text);

/** The text cut or padded on the right to `columns`; what is cut ends in "~". The caller's. */
char *cli_fit (const char *text, int columns);

/** The text broken at spaces into lines of at most `columns`; each line after the first starts with
 * `indent` spaces, the first is taken to start there as well. No final newline. The caller's. */
char *cli_wrap (const char *text, int indent, int columns);
