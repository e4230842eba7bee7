/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/survey-report.h"
#include "cli/table.h"

static const CliTableColumn columns[] = {
  { "DISK", FALSE, TRUE },    { "VIRTUAL", TRUE, FALSE }, { "USED", TRUE, FALSE },
  { "TINY", TRUE, FALSE },    { "WON", TRUE, FALSE },     { "TIME", TRUE, FALSE },
  { "REMARK", FALSE, TRUE },
};

static const char *const states[] = {
  [TPL_SURVEY_SHRINKABLE] = "shrinkable", [TPL_SURVEY_NOTHING_TO_GAIN] = "nothing-to-gain",
  [TPL_SURVEY_REFUSED] = "refused",       [TPL_SURVEY_RUNNING] = "running",
  [TPL_SURVEY_UNREADABLE] = "unreadable", [TPL_SURVEY_UNKNOWN] = "unknown",
};

const char *
cli_survey_state (TplSurveyState state)
{
  return states[state];
}

static char *
size_text (guint64 size, gboolean is_known, gboolean bytes)
{
  if (!is_known)
    return g_strdup ("-");
  return bytes ? g_strdup_printf ("%" G_GUINT64_FORMAT, size) : cli_size (size);
}

/* Estimates are marked where the numbers are, and explained where there is room. */
static char *
remark_of (const TplSurveyDisk *disk, CliCharset charset)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (disk->state != TPL_SURVEY_SHRINKABLE)
    g_string_append_printf (text, "%s: %s", cli_survey_state (disk->state), disk->reason);
  if (disk->estimate)
    g_string_append_printf (text, "%sestimate: %s", text->len ? "; " : "", disk->estimate);
  return cli_escape (text->str, charset);
}

static void
add_row (CliTable *table, const TplSurveyDisk *disk, gboolean bytes, CliCharset charset)
{
  const gboolean is_read = disk->volumes->len > 0;
  const gboolean is_planned = disk->predicted_bytes != 0;
  g_autofree char *tiny = size_text (disk->predicted_bytes, is_planned, bytes);
  char *cells[] = {
    cli_escape (disk->source, charset),
    size_text (disk->virtual_bytes, disk->virtual_bytes != 0, bytes),
    size_text (disk->used_bytes, is_read, bytes),
    g_strdup_printf ("%s%s", is_planned && disk->estimate ? "~" : "", tiny),
    size_text (disk->won_bytes, is_planned, bytes),
    disk->estimated_seconds < 0 ? g_strdup ("-") : cli_whole_duration (disk->estimated_seconds),
    remark_of (disk, charset),
  };
  cli_table_add (table, cells);
}

static char *
totals (const GPtrArray *disks, gboolean bytes)
{
  guint64 won = 0;
  guint count = 0;
  double seconds = 0;
  for (guint i = 0; i < disks->len; i++) {
    const TplSurveyDisk *disk = disks->pdata[i];
    if (disk->state != TPL_SURVEY_SHRINKABLE)
      continue;
    count++;
    won += disk->won_bytes;
    seconds += disk->estimated_seconds;
  }
  g_autofree char *size = size_text (won, TRUE, bytes);
  g_autofree char *time = cli_whole_duration (seconds);
  return g_strdup_printf ("%u disk%s, %u worth shrinking: %s%s to win in about %s\n", disks->len,
                          disks->len == 1 ? "" : "s", count, size, bytes ? " bytes" : "", time);
}

char *
cli_survey_table (const GPtrArray *disks, gboolean bytes, CliCharset charset, int width)
{
  g_autoptr (CliTable) table = cli_table_new (columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < disks->len; i++)
    add_row (table, disks->pdata[i], bytes, charset);
  g_autofree char *rows = cli_table_render (table, width > 0 ? width : G_MAXINT / 2);
  g_autofree char *sum = totals (disks, bytes);
  return g_strconcat (disks->len > 0 ? rows : "", sum, NULL);
}
