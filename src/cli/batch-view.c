/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch-view.h"

#include "cli/json-line.h"

CliBatchView *
cli_batch_view_new (const CliBatchViewKind *kind, const TplBatch *batch, FILE *stream,
                    CliCharset charset, gboolean verbose)
{
  CliBatchView *view = g_new0 (CliBatchView, 1);
  view->kind = kind;
  view->batch = batch;
  view->stream = stream;
  view->charset = charset;
  view->verbose = verbose;
  view->rates = g_new0 (CliRate, batch->works->len + 1);
  return view;
}

void
cli_batch_view_free (CliBatchView *view)
{
  g_free (view->rates);
  g_free (view);
}

void
cli_batch_view_event (CliBatchView *view, const TplBatchEvent *event, double seconds)
{
  view->kind->event (view, event, seconds);
}

void
cli_batch_view_end (CliBatchView *view, double seconds)
{
  view->kind->end (view, seconds);
}

char *
cli_batch_counts (const TplBatch *batch)
{
  static const TplWorkState order[] = {TPL_WORK_DONE,   TPL_WORK_NOTHING, TPL_WORK_REFUSED,
                                       TPL_WORK_FAILED, TPL_WORK_STOPPED, TPL_WORK_RUNNING,
                                       TPL_WORK_WAITING};
  GString *text = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (order); i++) {
    guint count = tpl_batch_count (batch, order[i]);
    if (count > 0)
      g_string_append_printf (text, "%s%u %s", text->len > 0 ? ", " : "", count,
                              tpl_work_state_name (order[i]));
  }
  return g_string_free (text, FALSE);
}

char *
cli_batch_outcome (const TplBatchWork *work, CliCharset charset)
{
  g_autofree char *target = cli_escape (work->job->target, charset);
  g_autofree char *message = work->message != NULL ? cli_escape (work->message, charset) : NULL;
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " %s: ", work->job->number, target);
  if (work->state == TPL_WORK_DONE && work->target_bytes > 0) {
    g_autofree char *before = cli_size (work->source_bytes);
    g_autofree char *after = cli_size (work->target_bytes);
    g_autofree char *time = cli_duration (work->seconds);
    g_string_append_printf (text, "%s to %s in %s", before, after, time);
  } else
    g_string_append (text, tpl_work_state_name (work->state));
  if (work->state != TPL_WORK_DONE && work->status > 0)
    g_string_append_printf (text, " (status %d)", work->status);
  if (message != NULL)
    g_string_append_printf (text, ": %s", message);
  return g_string_free (text, FALSE);
}

static void
say (CliBatchView *view, const TplBatchWork *work, const char *what, const char *message)
{
  g_autofree char *safe = message != NULL ? cli_escape (message, view->charset) : NULL;
  if (work != NULL)
    fprintf (view->stream, "job %" G_GUINT64_FORMAT ": ", work->job->number);
  fprintf (view->stream, "%s%s%s\n", what, safe != NULL && what[0] != '\0' ? ": " : "",
           safe != NULL ? safe : "");
  fflush (view->stream);
}

static void
plain_child_event (CliBatchView *view, const TplBatchWork *work, const TplEvent *event)
{
  if (event->kind == TPL_EVENT_WARNING)
    say (view, work, "warning", event->message);
  else if (view->verbose && event->message != NULL)
    say (view, work, event->stage, event->message);
}

static void
plain_event (CliBatchView *view, const TplBatchEvent *event, double seconds)
{
  (void)seconds;
  switch (event->kind) {
  case TPL_BATCH_START: {
    g_autofree char *source = cli_escape (event->work->job->source, view->charset);
    g_autofree char *line = g_strdup_printf ("begins: %s to %s", source, event->work->job->target);
    say (view, event->work, "", line);
    return;
  }
  case TPL_BATCH_EVENT:
    plain_child_event (view, event->work, event->event);
    return;
  case TPL_BATCH_RETRY:
    say (view, event->work, "will be tried again", event->message);
    return;
  case TPL_BATCH_END: {
    g_autofree char *line = cli_batch_outcome (event->work, view->charset);
    fprintf (view->stream, "job %s\n", line);
    fflush (view->stream);
    return;
  }
  case TPL_BATCH_NOTE:
    say (view, event->work, "note", event->message);
    return;
  case TPL_BATCH_TICK:
    return;
  }
}

static void
no_end (CliBatchView *view, double seconds)
{
  (void)view, (void)seconds;
}

static void
no_event (CliBatchView *view, const TplBatchEvent *event, double seconds)
{
  (void)view, (void)event, (void)seconds;
}

static void
write_json (CliBatchView *view, CliJsonLine *line)
{
  g_autofree char *text = cli_json_close (line);
  fprintf (view->stream, "%s\n", text);
  fflush (view->stream);
}

static void
add_outcome (CliJsonLine *line, const TplBatchWork *work)
{
  cli_json_add_string (line, "state", tpl_work_state_name (work->state));
  cli_json_add_uint (line, "status", (guint64)MAX (work->status, 0));
  cli_json_add_uint (line, "source_bytes", work->source_bytes);
  cli_json_add_uint (line, "target_bytes", work->target_bytes);
  cli_json_add_seconds (line, "job_seconds", work->seconds);
}

static void
json_event (CliBatchView *view, const TplBatchEvent *event, double seconds)
{
  static const char *const kinds[] = {[TPL_BATCH_START] = "start",
                                      [TPL_BATCH_RETRY] = "retry",
                                      [TPL_BATCH_END] = "end",
                                      [TPL_BATCH_NOTE] = "note"};
  CliJsonLine line;
  if (event->kind == TPL_BATCH_TICK ||
      (event->kind == TPL_BATCH_EVENT && event->event->kind == TPL_EVENT_DEBUG && !view->verbose))
    return;
  cli_json_open (&line);
  if (event->work != NULL)
    cli_json_add_uint (&line, "job", event->work->job->number);
  if (event->kind == TPL_BATCH_EVENT)
    cli_json_add_event (&line, event->event);
  else {
    cli_json_add_string (&line, "kind", kinds[event->kind]);
    if (event->work != NULL) {
      cli_json_add_string (&line, "source", event->work->job->source);
      cli_json_add_string (&line, "target", event->work->job->target);
    }
    if (event->kind == TPL_BATCH_END)
      add_outcome (&line, event->work);
    cli_json_add_string (&line, "message", event->message);
  }
  cli_json_add_seconds (&line, "batch_seconds", seconds);
  write_json (view, &line);
}

static void
json_end (CliBatchView *view, double seconds)
{
  CliJsonLine line;
  cli_json_open (&line);
  cli_json_add_string (&line, "kind", "result");
  cli_json_add_uint (&line, "status", (guint64)tpl_batch_status (view->batch));
  for (TplWorkState state = 0; state < TPL_WORK_STATES; state++)
    cli_json_add_uint (&line, tpl_work_state_name (state), tpl_batch_count (view->batch, state));
  cli_json_add_seconds (&line, "batch_seconds", seconds);
  write_json (view, &line);
}

const CliBatchViewKind cli_batch_view_plain = {plain_event, no_end};
const CliBatchViewKind cli_batch_view_json = {json_event, json_end};
const CliBatchViewKind cli_batch_view_none = {no_event, no_end};
