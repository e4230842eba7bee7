/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What all that draws on a terminal shares. */
#pragma once

#include "cli/text.h"

#include <stdio.h>

/** The columns of the terminal now, which may have been resized; 80 if it is none. The last one
 * stays free, for some terminals wrap as soon as it is written. */
int cli_terminal_columns (FILE *stream);

/** Its lines; 24 if it is none. */
int cli_terminal_lines (FILE *stream);

/** A bar of which `share` (0 to 1) is full; in ASCII with a bracket at each end more. */
void cli_append_bar (GString *line, double share, int columns, CliCharset charset);
