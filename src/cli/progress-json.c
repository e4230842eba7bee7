/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One JSON object a line: each event as it comes, and the result last. */
#include "cli/json-line.h"
#include "cli/progress.h"

static const char *const kinds[] = {
    [TPL_EVENT_STAGE] = "stage",     [TPL_EVENT_PROGRESS] = "progress", [TPL_EVENT_NOTE] = "note",
    [TPL_EVENT_WARNING] = "warning", [TPL_EVENT_DEBUG] = "debug",       [TPL_EVENT_PLAN] = "plan",
    [TPL_EVENT_DONE] = "done",
};

static void
write_line (CliProgress *progress, CliJsonLine *line)
{
  g_autofree char *text = cli_json_close (line);
  fprintf (progress->settings.stream, "%s\n", text);
  fflush (progress->settings.stream);
}

void
cli_json_add_event (CliJsonLine *line, const TplEvent *event)
{
  /* A newer library may have kinds that this program does not know. */
  const char *kind = event->kind < G_N_ELEMENTS (kinds) ? kinds[event->kind] : "other";
  cli_json_add_string (line, "kind", kind);
  cli_json_add_string (line, "stage", event->stage);
  if (event->kind == TPL_EVENT_PROGRESS) {
    cli_json_add_uint (line, "done_bytes", event->done_bytes);
    cli_json_add_uint (line, "total_bytes", event->total_bytes);
  } else
    cli_json_add_string (line, "message", event->message);
  cli_json_add_seconds (line, "elapsed_seconds", event->elapsed_seconds);
}

static void
json_event (CliProgress *progress, const TplEvent *event)
{
  CliJsonLine line;
  cli_json_open (&line);
  cli_json_add_event (&line, event);
  write_line (progress, &line);
}

static void
json_end (CliProgress *progress, const CliResult *result)
{
  CliJsonLine line;
  cli_json_open (&line);
  cli_json_add_string (&line, "kind", "result");
  cli_json_add_uint (&line, "status", (guint64)result->status);
  cli_json_add_string (&line, "message", result->message);
  cli_json_add_string (&line, "source", result->source);
  cli_json_add_string (&line, "target", result->target);
  cli_json_add_uint (&line, "source_bytes", result->source_bytes);
  cli_json_add_uint (&line, "target_bytes", result->target_bytes);
  cli_json_add_seconds (&line, "elapsed_seconds", result->seconds);
  write_line (progress, &line);
}

const CliProgressKind cli_progress_json = {
    .size = sizeof (CliProgress),
    .event = json_event,
    .end = json_end,
};
