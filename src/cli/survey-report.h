/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A survey as text. */
#pragma once

#include "cli/text.h"
#include "tpl-shrink.h"

/** "shrinkable", "nothing-to-gain", "refused", "running", "unreadable" or "unknown". Static. */
const char *cli_survey_state (TplSurveyState state);

/** A table of at most `width` columns (0: whatever it takes), and a line of totals. With `bytes`,
 * sizes are exact. The caller's. */
char *cli_survey_table (const GPtrArray *disks, gboolean bytes, CliCharset charset, int width);

/** The JSON document of tpl-survey(1), with a final newline. The caller's. */
char *cli_survey_json (const GPtrArray *disks, double seconds);
