/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The order in which a survey is shown. */
#pragma once

#include "tpl-shrink.h"

/** Compares two TplSurveyDisk. */
typedef gint (*CliSurveyCompare) (const TplSurveyDisk *a, const TplSurveyDisk *b);

typedef struct {
  const char *name; /* of --sort */
  CliSurveyCompare compare;
} CliSurveyKey;

/** The key of that name; FALSE if there is none. "won" is the default. */
gboolean cli_survey_key (const char *name, CliSurveyKey *key);
/** All names, for a message: "won, name, ...". Static. */
const char *cli_survey_key_names (void);

/** Sorts an array of TplSurveyDisk; what is equal is in the order of names. */
void cli_survey_sort (GPtrArray *disks, const CliSurveyKey *key);
