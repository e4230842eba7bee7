/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch-summary.h"

#include "cli/batch-view.h"
#include "cli/table.h"
#include "plan/size.h"

static const CliTableColumn columns_of_plan[] = {
    {"Job", TRUE, FALSE},    {"Source", FALSE, TRUE},   {"Target", FALSE, TRUE},
    {"Size", TRUE, FALSE},   {"Would be", TRUE, FALSE}, {"Gained", TRUE, FALSE},
    {"State", FALSE, FALSE},
};

static char *
size_or_unknown (guint64 bytes)
{
  return bytes > 0 ? cli_size (bytes) : g_strdup ("?");
}

static void
add_row (CliTable *table, const TplBatchWork *work, CliCharset charset)
{
  gboolean is_known = work->target_bytes > 0;
  char *cells[] = {
      g_strdup_printf ("%" G_GUINT64_FORMAT, work->job->number),
      cli_escape (work->job->source, charset),
      cli_escape (work->job->target, charset),
      size_or_unknown (work->source_bytes),
      size_or_unknown (work->target_bytes),
      is_known && work->source_bytes > work->target_bytes
          ? cli_size (work->source_bytes - work->target_bytes)
          : g_strdup ("?"),
      g_strdup (work->state == TPL_WORK_WAITING ? "to do" : tpl_work_state_name (work->state)),
  };
  cli_table_add (table, cells);
}

char *
cli_batch_plan_text (const TplBatch *batch, CliCharset charset, int columns)
{
  g_autoptr (CliTable) table = cli_table_new (columns_of_plan, G_N_ELEMENTS (columns_of_plan));
  guint64 before = 0, after = 0;
  guint to_do = 0, unknown = 0;
  for (guint i = 0; i < batch->queue->len; i++) {
    const TplBatchWork *work = batch->queue->pdata[i];
    add_row (table, work, charset);
    if (work->state != TPL_WORK_WAITING)
      continue;
    to_do++;
    unknown += work->target_bytes == 0;
    if (work->target_bytes == 0)
      continue;
    before = tpl_size_add (before, work->source_bytes);
    after = tpl_size_add (after, work->target_bytes);
  }
  g_autofree char *rows = cli_table_render (table, columns);
  GString *text = g_string_new (rows);
  g_string_append_printf (text, "\n%u of %u to do, %u at once", to_do, batch->works->len,
                          batch->settings.jobs);
  if (after > 0) {
    g_autofree char *was = cli_size (before);
    g_autofree char *is = cli_size (after);
    g_string_append_printf (text, "; %s would become %s", was, is);
  }
  if (unknown > 0)
    g_string_append_printf (text, "; the size of %u is known only once it is made", unknown);
  g_string_append (text, ". Nothing was written.\n");
  return g_string_free (text, FALSE);
}

char *
cli_batch_run_text (const TplBatch *batch, double seconds)
{
  guint64 before = 0, after = 0;
  guint made = 0;
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    if (work->state != TPL_WORK_DONE || work->was_done)
      continue;
    made++;
    before = tpl_size_add (before, work->source_bytes);
    after = tpl_size_add (after, work->target_bytes);
  }
  guint over = tpl_batch_count (batch, TPL_WORK_DONE) + tpl_batch_count (batch, TPL_WORK_NOTHING);
  if (made == 0 && over == batch->works->len)
    return g_strdup_printf ("All %u jobs are done already: nothing was changed.\n",
                            batch->works->len);
  g_autofree char *counts = cli_batch_counts (batch);
  g_autofree char *was = cli_size (before);
  g_autofree char *is = cli_size (after);
  g_autofree char *time = cli_duration (seconds);
  return g_strdup_printf ("%s of %u. %u made in this run in %s: %s became %s.\n", counts,
                          batch->works->len, made, time, was, is);
}
