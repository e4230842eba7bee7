/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The command line of tpl-survey. */
#pragma once

#include <glib.h>

#include "cli/survey-sort.h"

typedef struct {
  gboolean json, bytes, all, version;
  char *connect; /* NULL: not said */
  char **paths;  /* may be NULL */
  CliSurveyKey sort;
} CliSurveyOptions;

void cli_survey_options_free (CliSurveyOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliSurveyOptions, cli_survey_options_free)

/** Parses the words of main (). `--help` prints and ends the program. NULL on errors:
 * TPL_ERROR_USAGE. */
CliSurveyOptions *cli_survey_options_parse (int argc, char *argv[], GError **error);
