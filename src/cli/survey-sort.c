/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/survey-sort.h"

#include <string.h>

static gint
by_name (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return strcmp (a->source, b->source);
}

/* The largest first. */
static gint
largest (double a, double b)
{
  return a < b ? 1 : a > b ? -1 : 0;
}

static gint
by_won (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return largest ((double)a->won_bytes, (double)b->won_bytes);
}

static gint
by_virtual (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return largest ((double)a->virtual_bytes, (double)b->virtual_bytes);
}

static gint
by_used (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return largest ((double)a->used_bytes, (double)b->used_bytes);
}

static gint
by_predicted (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return largest ((double)a->predicted_bytes, (double)b->predicted_bytes);
}

static gint
by_time (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return largest (a->estimated_seconds, b->estimated_seconds);
}

static gint
by_state (const TplSurveyDisk *a, const TplSurveyDisk *b)
{
  return (gint)a->state - (gint)b->state;
}

static const CliSurveyKey keys[] = {
  { "won", by_won },   { "name", by_name },           { "virtual", by_virtual },
  { "used", by_used }, { "predicted", by_predicted }, { "time", by_time },
  { "state", by_state },
};

const char *
cli_survey_key_names (void)
{
  return "won, name, virtual, used, predicted, time or state";
}

gboolean
cli_survey_key (const char *name, CliSurveyKey *key)
{
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].name, name) == 0) {
      *key = keys[i];
      return TRUE;
    }
  return FALSE;
}

static gint
compare (gconstpointer a, gconstpointer b, gpointer key)
{
  const TplSurveyDisk *const *left = a, *const *right = b;
  gint order = ((const CliSurveyKey *)key)->compare (*left, *right);
  return order != 0 ? order : by_name (*left, *right);
}

void
cli_survey_sort (GPtrArray *disks, const CliSurveyKey *key)
{
  g_ptr_array_sort_with_data (disks, compare, (gpointer)(guintptr)key);
}
