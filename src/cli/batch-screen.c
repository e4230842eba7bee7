/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch on a terminal: a line for each job that runs and one for all of them are drawn over and
 * over at the bottom; what has ended stays above as a line. No mode is changed and the cursor is
 * never hidden, so that even a killed program leaves nothing to be restored.
 */
#include "cli/batch-view.h"
#include "cli/terminal.h"

#define REDRAW_EVERY_SECONDS 0.25
#define STAGE_COLUMNS        8
#define BAR_COLUMNS          16
#define NAME_MOST_COLUMNS    24

/* "45%  412 MiB of 910 MiB  85 MiB/s  6 s left", or how long it runs. */
static char *
figures (const CliBatchView *view, const TplBatchWork *work)
{
  const CliRate *rate = &view->rates[work->job->number];
  if (work->total_bytes == 0) {
    double seconds = (double)(g_get_monotonic_time () - work->began_us) / G_USEC_PER_SEC;
    return cli_whole_duration (seconds);
  }
  guint64 done_bytes = MIN (work->done_bytes, work->total_bytes);
  g_autofree char *done = cli_size (done_bytes);
  g_autofree char *total = cli_size (work->total_bytes);
  g_autofree char *speed = cli_rate_text (rate);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%3d%%  %s of %s",
                          (int)(100 * (double)done_bytes / (double)work->total_bytes), done, total);
  if (speed != NULL)
    g_string_append_printf (text, "  %s", speed);
  double left = cli_rate_left (rate, work->total_bytes - done_bytes);
  if (left >= 0 && done_bytes < work->total_bytes) {
    g_autofree char *duration = cli_whole_duration (left);
    g_string_append_printf (text, "  %s left", duration);
  }
  return g_string_free (text, FALSE);
}

static char *
job_line (const CliBatchView *view, const TplBatchWork *work, int columns)
{
  g_autofree char *name = g_path_get_basename (work->job->target);
  g_autofree char *safe = cli_escape (name, view->charset);
  g_autofree char *fitted = cli_fit (safe, CLAMP (columns / 4, 8, NAME_MOST_COLUMNS));
  g_autofree char *stage = cli_escape (work->stage != NULL ? work->stage : "starts", view->charset);
  g_autofree char *text = figures (view, work);
  g_autoptr (GString) line = g_string_new (NULL);
  g_string_append_printf (line, "%s %3" G_GUINT64_FORMAT " %s %-*s ",
                          view->charset == CLI_UTF8 ? "▸" : ">", work->job->number, fitted,
                          STAGE_COLUMNS, stage);
  if (work->total_bytes > 0 &&
      columns - cli_columns (line->str) - cli_columns (text) >= BAR_COLUMNS + 4) {
    double share = (double)MIN (work->done_bytes, work->total_bytes) / (double)work->total_bytes;
    cli_append_bar (line, share, BAR_COLUMNS, view->charset);
    g_string_append (line, "  ");
  }
  g_string_append (line, text);
  return cli_columns (line->str) <= columns ? g_strdup (line->str) : cli_fit (line->str, columns);
}

/* By the mean of those that ended in this run; -1: not known yet. */
static double
seconds_left (const TplBatch *batch)
{
  double sum = 0;
  guint ended = 0;
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    if (!tpl_work_is_over (work) || work->was_done || work->attempts == 0)
      continue;
    sum += work->seconds;
    ended++;
  }
  if (ended == 0)
    return -1;
  guint running = tpl_batch_count (batch, TPL_WORK_RUNNING);
  double to_do = tpl_batch_count (batch, TPL_WORK_WAITING) + running / 2.0;
  return sum / ended * to_do / MAX (running, 1);
}

static char *
total_line (const CliBatchView *view, double seconds, int columns)
{
  g_autofree char *counts = cli_batch_counts (view->batch);
  g_autofree char *elapsed = cli_whole_duration (seconds);
  double left = seconds_left (view->batch);
  g_autofree char *remaining = left >= 0 ? cli_whole_duration (left) : NULL;
  g_autofree char *text =
      remaining != NULL ? g_strdup_printf ("  %s; %s, about %s left", counts, elapsed, remaining)
                        : g_strdup_printf ("  %s; %s", counts, elapsed);
  return cli_columns (text) <= columns ? g_steal_pointer (&text) : cli_fit (text, columns);
}

static void
erase (CliBatchView *view)
{
  if (view->drawn_lines > 0)
    fprintf (view->stream, "\033[%dA\r\033[J", view->drawn_lines);
  view->drawn_lines = 0;
}

static void
draw (CliBatchView *view, double seconds)
{
  int columns = cli_terminal_columns (view->stream);
  int room = cli_terminal_lines (view->stream) - 2;
  g_autoptr (GString) page = g_string_new (NULL);
  int lines = 0;
  for (guint i = 0; i < view->batch->works->len && lines < room - 1; i++) {
    const TplBatchWork *work = view->batch->works->pdata[i];
    if (work->state != TPL_WORK_RUNNING)
      continue;
    g_autofree char *line = job_line (view, work, columns);
    g_string_append_printf (page, "%s\033[K\n", line);
    lines++;
  }
  g_autofree char *total = total_line (view, seconds, columns);
  g_string_append_printf (page, "%s\033[K\n\033[J", total);
  if (view->drawn_lines > 0)
    fprintf (view->stream, "\033[%dA\r", view->drawn_lines);
  fputs (page->str, view->stream);
  fflush (view->stream);
  view->drawn_lines = lines + 1;
  view->drawn_seconds = seconds;
}

/* A line that stays, above what is drawn. */
static void
leave (CliBatchView *view, const char *mark, const char *text, double seconds)
{
  g_autofree char *wrapped = cli_wrap (text, 2, cli_terminal_columns (view->stream));
  erase (view);
  fprintf (view->stream, "%s %s\n", mark, wrapped);
  draw (view, seconds);
}

static void
leave_said (CliBatchView *view, const TplBatchWork *work, const char *what, const char *message,
            double seconds)
{
  g_autofree char *safe = cli_escape (message != NULL ? message : "", view->charset);
  g_autofree char *text =
      work != NULL ? g_strdup_printf ("%" G_GUINT64_FORMAT " %s: %s", work->job->number, what, safe)
                   : g_strdup_printf ("%s: %s", what, safe);
  leave (view, " ", text, seconds);
}

static const char *
mark_of (const CliBatchView *view, TplWorkState state)
{
  gboolean is_good = state == TPL_WORK_DONE || state == TPL_WORK_NOTHING;
  if (view->charset == CLI_UTF8)
    return is_good ? "✓" : "✗";
  return is_good ? "*" : "!";
}

static void
child_event (CliBatchView *view, const TplBatchWork *work, const TplEvent *event, double seconds)
{
  CliRate *rate = &view->rates[work->job->number];
  if (event->kind == TPL_EVENT_STAGE)
    *rate = (CliRate){0};
  else if (event->kind == TPL_EVENT_PROGRESS)
    cli_rate_add (rate, event->elapsed_seconds, event->done_bytes);
  else if (event->kind == TPL_EVENT_WARNING)
    leave_said (view, work, "warning", event->message, seconds);
  else if (view->verbose)
    leave_said (view, work, event->stage, event->message, seconds);
}

static void
screen_event (CliBatchView *view, const TplBatchEvent *event, double seconds)
{
  switch (event->kind) {
  case TPL_BATCH_START:
    view->rates[event->work->job->number] = (CliRate){0};
    draw (view, seconds);
    return;
  case TPL_BATCH_EVENT:
    child_event (view, event->work, event->event, seconds);
    return;
  case TPL_BATCH_RETRY:
    leave_said (view, event->work, "will be tried again", event->message, seconds);
    return;
  case TPL_BATCH_END: {
    g_autofree char *text = cli_batch_outcome (event->work, view->charset);
    leave (view, mark_of (view, event->work->state), text, seconds);
    return;
  }
  case TPL_BATCH_NOTE:
    leave_said (view, event->work, "note", event->message, seconds);
    return;
  case TPL_BATCH_TICK:
    if (seconds - view->drawn_seconds >= REDRAW_EVERY_SECONDS)
      draw (view, seconds);
    return;
  }
}

static void
screen_end (CliBatchView *view, double seconds)
{
  (void)seconds;
  erase (view);
  fflush (view->stream);
}

const CliBatchViewKind cli_batch_view_terminal = {screen_event, screen_end};
