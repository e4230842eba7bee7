/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the programs print, and whether it has arrived. */
#pragma once

#include <glib.h>
#include <stdio.h>

/** Prints "PROGRAM: MESSAGE" on standard error, safe for a terminal. */
void cli_output_complain (const char *program, const char *message);

/** What is printed on standard output must have arrived there: else complains, and the status says
 * so where `status` is 0. */
int cli_output_finish (const char *program, int status);

/** Prints and frees `text`, and finishes the output. Returns the exit status. */
int cli_output_print (const char *program, char *text);

/** Columns of the terminal that standard output is, else 80. */
int cli_output_columns (void);
