/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain lines, for logs: each is whole, none is ever drawn over. */
#include "cli/progress.h"
#include "cli/rate.h"

#define PROGRESS_EVERY_SECONDS 10.0

typedef struct {
  CliProgress base;
  CliRate rate;
  double said_seconds; /* when the stage's last line was written */
} Plain;

static void
say (Plain *plain, const char *stage, const char *kind, const char *text)
{
  g_autofree char *safe = cli_escape (text, plain->base.settings.charset);
  fprintf (plain->base.settings.stream, "%s: %s%s\n", stage, kind, safe);
  fflush (plain->base.settings.stream);
}

static void
say_progress (Plain *plain, const TplEvent *event)
{
  cli_rate_add (&plain->rate, event->elapsed_seconds, event->done_bytes);
  if (event->elapsed_seconds - plain->said_seconds < PROGRESS_EVERY_SECONDS)
    return;
  plain->said_seconds = event->elapsed_seconds;

  GString *line = g_string_new (NULL);
  g_autofree char *done = cli_size (event->done_bytes);
  g_string_append (line, done);
  if (event->total_bytes > 0) {
    g_autofree char *total = cli_size (event->total_bytes);
    double share = (double)event->done_bytes / (double)event->total_bytes;
    g_string_append_printf (line, " of %s, %d%%", total, (int)(CLAMP (share, 0, 1) * 100));
  }
  g_autofree char *rate = cli_rate_text (&plain->rate);
  if (rate != NULL)
    g_string_append_printf (line, ", %s", rate);
  double left = event->total_bytes > event->done_bytes
                    ? cli_rate_left (&plain->rate, event->total_bytes - event->done_bytes)
                    : -1;
  if (left >= 0) {
    g_autofree char *duration = cli_whole_duration (left);
    g_string_append_printf (line, ", %s left", duration);
  }
  g_autofree char *text = g_string_free (line, FALSE);
  say (plain, event->stage, "", text);
}

static void
plain_event (CliProgress *progress, const TplEvent *event)
{
  Plain *plain = (Plain *)progress;
  switch (event->kind) {
  case TPL_EVENT_STAGE:
    plain->rate = (CliRate){0};
    plain->said_seconds = event->elapsed_seconds;
    say (plain, event->stage, "", event->message);
    return;
  case TPL_EVENT_PROGRESS:
    say_progress (plain, event);
    return;
  case TPL_EVENT_NOTE:
    say (plain, event->stage, "note: ", event->message);
    return;
  case TPL_EVENT_WARNING:
    say (plain, event->stage, "warning: ", event->message);
    return;
  case TPL_EVENT_DEBUG:
    say (plain, event->stage, "debug: ", event->message);
    return;
  case TPL_EVENT_PLAN: /* the table at the end, and --plan, tell it better */
  case TPL_EVENT_DONE:
    return;
  }
}

static void
plain_end (CliProgress *progress, const CliResult *result)
{
  (void)progress;
  (void)result;
}

const CliProgressKind cli_progress_plain = {
    .size = sizeof (Plain),
    .event = plain_event,
    .end = plain_end,
};
