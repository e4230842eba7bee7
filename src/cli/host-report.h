/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What --check-host prints. */
#pragma once

#include "cli/text.h"

/** A table of TplHostItem and the command that mends it (NULL: none is needed or known). `columns`
 * is the width of the terminal. The caller's. */
char *cli_host_report (const GArray *items, const char *remedy, CliCharset charset, int columns);

/** The same as one JSON object on one line, with a newline. The caller's. */
char *cli_host_report_json (const GArray *items, const char *remedy);

/** Nothing that is required is missing. */
gboolean cli_host_is_ready (const GArray *items);
