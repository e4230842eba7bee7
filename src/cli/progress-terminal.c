/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For a terminal: the stage that runs is one line that is drawn over and over; a finished stage
 * stays as a line with its time. The cursor is never hidden and no mode is changed, so that
 * even a killed program leaves nothing to be restored.
 */
#include "cli/progress.h"
#include "cli/rate.h"
#include "cli/terminal.h"

#include <string.h>

#define REDRAW_EVERY_SECONDS  0.1
#define LEAST_BAR_COLUMNS     10
#define MOST_BAR_COLUMNS      40
#define LEAST_MESSAGE_COLUMNS 12
#define TIME_COLUMNS          11 /* of "59 min 59 s" */
#define STAGE_COLUMNS         8  /* of the longest stage's name */

typedef struct {
  CliProgress base;
  char *stage;   /* that runs; NULL: none */
  char *message; /* escaped */
  double began_seconds;
  guint64 done_bytes;
  guint64 total_bytes; /* 0: not known */
  CliRate rate;
  double drawn_seconds;
  gboolean is_drawn; /* the cursor stands behind an unfinished line */
} Terminal;

static int
columns_now (const Terminal *terminal)
{
  return cli_terminal_columns (terminal->base.settings.stream);
}

/* "412 MiB of 910 MiB  85 MiB/s  6 s left": the first `count` of those that can be told. */
static char *
figures (const Terminal *terminal, double now_seconds, int count)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *done = cli_size (terminal->done_bytes);
  g_autofree char *total = cli_size (terminal->total_bytes);
  g_autofree char *rate = cli_rate_text (&terminal->rate);
  double left = cli_rate_left (&terminal->rate, terminal->total_bytes - terminal->done_bytes);
  if (terminal->total_bytes > 0) {
    double share = (double)terminal->done_bytes / (double)terminal->total_bytes;
    g_ptr_array_add (parts, g_strdup_printf ("%3d%%", (int)(share * 100)));
    g_ptr_array_add (parts, g_strdup_printf ("%s of %s", done, total));
  } else if (terminal->done_bytes > 0)
    g_ptr_array_add (parts, g_strdup (done));
  else
    g_ptr_array_add (parts, cli_whole_duration (now_seconds - terminal->began_seconds));
  if (rate != NULL)
    g_ptr_array_add (parts, g_steal_pointer (&rate));
  if (terminal->total_bytes > terminal->done_bytes && left >= 0) {
    g_autofree char *duration = cli_whole_duration (left);
    g_ptr_array_add (parts, g_strdup_printf ("%s left", duration));
  }
  g_ptr_array_set_size (parts, MIN ((int)parts->len, count));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("  ", (char **)parts->pdata);
}

/* The line of the stage that runs, in at most `columns`: with all the figures that leave room for a
 * bar (if the total is known) or for the message. */
static char *
stage_line (const Terminal *terminal, double now_seconds, int columns)
{
  CliCharset charset = terminal->base.settings.charset;
  GString *line = g_string_new (NULL);
  g_string_append_printf (line, "%s %-*s ", charset == CLI_UTF8 ? "▸" : ">", STAGE_COLUMNS,
                          terminal->stage);
  int room = columns - cli_columns (line->str) - 2;
  gboolean has_bar = terminal->total_bytes > 0;
  int needed = has_bar ? LEAST_BAR_COLUMNS + 2 : LEAST_MESSAGE_COLUMNS;

  g_autofree char *text = figures (terminal, now_seconds, 4);
  for (int count = 3; count > 0 && room - cli_columns (text) < needed; count--) {
    g_free (text);
    text = figures (terminal, now_seconds, count);
  }
  int left = room - cli_columns (text);
  if (has_bar && left >= needed) {
    double share = (double)terminal->done_bytes / (double)terminal->total_bytes;
    cli_append_bar (line, share, MIN (left - 2, MOST_BAR_COLUMNS), charset);
    g_string_append (line, "  ");
  } else if (!has_bar && left > 0) {
    g_autofree char *message = cli_fit (terminal->message, left);
    g_string_append_printf (line, "%s  ", message);
  }
  g_string_append (line, text);
  g_autofree char *whole = g_string_free (line, FALSE);
  return cli_columns (whole) <= columns ? g_steal_pointer (&whole) : cli_fit (whole, columns);
}

static void
erase (Terminal *terminal)
{
  if (terminal->is_drawn)
    fputs ("\r\033[K", terminal->base.settings.stream);
  terminal->is_drawn = FALSE;
}

static void
draw (Terminal *terminal, double now_seconds)
{
  if (terminal->stage == NULL)
    return;
  g_autofree char *line = stage_line (terminal, now_seconds, columns_now (terminal));
  fprintf (terminal->base.settings.stream, "\r%s\033[K", line);
  fflush (terminal->base.settings.stream);
  terminal->is_drawn = TRUE;
  terminal->drawn_seconds = now_seconds;
}

/* The line that stays of a stage: its mark, its message, what was done and its time. */
static char *
finished_line (const Terminal *terminal, double now_seconds, gboolean done, int columns)
{
  gboolean utf8 = terminal->base.settings.charset == CLI_UTF8;
  const char *mark = done ? (utf8 ? "✓" : "*") : (utf8 ? "✗" : "!");
  g_autofree char *start = g_strdup_printf ("%s %-*s ", mark, STAGE_COLUMNS, terminal->stage);
  g_autofree char *time = cli_duration (now_seconds - terminal->began_seconds);
  g_autofree char *bytes = cli_size (terminal->done_bytes);
  g_autofree char *end =
      g_strdup_printf ("  %s  %*s", terminal->done_bytes > 0 ? bytes : "", TIME_COLUMNS, time);
  int room = columns - cli_columns (start) - cli_columns (end);
  if (room < LEAST_MESSAGE_COLUMNS) { /* a very narrow terminal */
    g_autofree char *line = g_strconcat (start, time, NULL);
    return cli_fit (line, MIN (columns, cli_columns (line)));
  }
  g_autofree char *message = cli_fit (terminal->message, room);
  return g_strconcat (start, message, end, NULL);
}

static void
leave_stage (Terminal *terminal, double now_seconds, gboolean done)
{
  if (terminal->stage == NULL)
    return;
  g_autofree char *line = finished_line (terminal, now_seconds, done, columns_now (terminal));
  erase (terminal);
  fprintf (terminal->base.settings.stream, "%s\n", line);
  fflush (terminal->base.settings.stream);
  g_clear_pointer (&terminal->stage, g_free);
  g_clear_pointer (&terminal->message, g_free);
}

/* A line of its own, above the one of the stage that runs. */
static void
say (Terminal *terminal, const TplEvent *event, const char *kind)
{
  g_autofree char *safe = cli_escape (event->message, terminal->base.settings.charset);
  g_autofree char *line = g_strdup_printf ("%s: %s%s", event->stage, kind, safe);
  g_autofree char *wrapped = cli_wrap (line, 2, columns_now (terminal));
  erase (terminal);
  fprintf (terminal->base.settings.stream, "  %s\n", wrapped);
  fflush (terminal->base.settings.stream);
}

static void
begin_stage (Terminal *terminal, const TplEvent *event)
{
  CliCharset charset = terminal->base.settings.charset;
  leave_stage (terminal, event->elapsed_seconds, TRUE);
  terminal->stage = cli_escape (event->stage, charset);
  terminal->message = cli_escape (event->message != NULL ? event->message : "", charset);
  terminal->began_seconds = event->elapsed_seconds;
  terminal->done_bytes = 0;
  terminal->total_bytes = 0;
  terminal->rate = (CliRate){0};
  draw (terminal, event->elapsed_seconds);
}

static void
terminal_event (CliProgress *progress, const TplEvent *event)
{
  Terminal *terminal = (Terminal *)progress;
  switch (event->kind) {
  case TPL_EVENT_STAGE:
    begin_stage (terminal, event);
    return;
  case TPL_EVENT_PROGRESS:
    terminal->done_bytes = event->done_bytes;
    /* An estimate may have been too low; a bar must not run over. */
    terminal->total_bytes =
        event->total_bytes > 0 ? MAX (event->total_bytes, event->done_bytes) : 0;
    cli_rate_add (&terminal->rate, event->elapsed_seconds, event->done_bytes);
    if (event->elapsed_seconds - terminal->drawn_seconds >= REDRAW_EVERY_SECONDS)
      draw (terminal, event->elapsed_seconds);
    return;
  case TPL_EVENT_NOTE:
    say (terminal, event, "note: ");
    break;
  case TPL_EVENT_WARNING:
    say (terminal, event, "warning: ");
    break;
  case TPL_EVENT_DEBUG:
    say (terminal, event, "");
    break;
  case TPL_EVENT_PLAN:
  case TPL_EVENT_DONE:
    return;
  }
  draw (terminal, event->elapsed_seconds);
}

static void
terminal_tick (CliProgress *progress, double elapsed_seconds)
{
  Terminal *terminal = (Terminal *)progress;
  if (terminal->stage == NULL || elapsed_seconds - terminal->drawn_seconds < REDRAW_EVERY_SECONDS)
    return;
  /* Where nothing moves the rate must sink. */
  if (terminal->done_bytes > 0)
    cli_rate_add (&terminal->rate, elapsed_seconds, terminal->done_bytes);
  draw (terminal, elapsed_seconds);
}

static void
terminal_end (CliProgress *progress, const CliResult *result)
{
  leave_stage ((Terminal *)progress, result->seconds, result->status == 0);
}

const CliProgressKind cli_progress_terminal = {
    .size = sizeof (Terminal),
    .event = terminal_event,
    .tick = terminal_tick,
    .end = terminal_end,
};
