/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run.h"

#include <glib-unix.h>
#include <signal.h>

#define TICK_MILLISECONDS 250

typedef struct {
  TplJob *job;
  CliRunWhat what;
  CliProgress *progress;
  GCancellable *cancellable;
  GMainLoop *loop;
  gint64 began_us; /* g_get_monotonic_time () */
  char *stage;     /* that was begun last; NULL before the first */
  CliRunOutcome outcome;
} Run;

static double
elapsed_seconds (const Run *run)
{
  return (double)(g_get_monotonic_time () - run->began_us) / G_USEC_PER_SEC;
}

/* An event on its way from the job's thread to ours. */
typedef struct {
  Run *run;
  TplEvent event; /* owns its strings */
} Letter;

static void
letter_free (gpointer data)
{
  Letter *letter = data;
  g_free ((char *)letter->event.stage);
  g_free ((char *)letter->event.message);
  g_free (letter);
}

/* Always through the main loop, never at once as g_main_context_invoke () might: a terminal must be
 * written by one thread only. Sources of one priority keep their order. */
static void
post (GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, data, destroy);
  g_source_attach (source, NULL);
}

static gboolean
deliver (gpointer data)
{
  const Letter *letter = data;
  Run *run = letter->run;
  if (letter->event.kind == TPL_EVENT_STAGE) {
    g_free (run->stage);
    run->stage = g_strdup (letter->event.stage);
  }
  cli_progress_event (run->progress, &letter->event);
  return G_SOURCE_REMOVE;
}

static void
observe (const TplEvent *event, gpointer user_data)
{
  Letter *letter = g_new0 (Letter, 1);
  letter->run = user_data;
  letter->event = *event;
  letter->event.stage = g_strdup (event->stage != NULL ? event->stage : "tpl-shrink");
  letter->event.message = g_strdup (event->message);
  if (event->message == NULL && event->kind != TPL_EVENT_PROGRESS)
    letter->event.message = g_strdup ("");
  post (deliver, letter, letter_free);
}

static gboolean
quit (gpointer data)
{
  Run *run = data;
  g_main_loop_quit (run->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  Run *run = data;
  run->outcome.success = run->what (run->job, run->cancellable, &run->outcome.error);
  post (quit, run, NULL);
  return NULL;
}

static gboolean
tick (gpointer data)
{
  Run *run = data;
  cli_progress_tick (run->progress, elapsed_seconds (run));
  return G_SOURCE_CONTINUE;
}

static gboolean
stop (Run *run, int number, const char *name)
{
  gboolean is_first = run->outcome.signal == 0;
  g_autofree char *message =
      is_first ? g_strdup_printf ("stopping because of %s; cleaning up first", name)
               : g_strdup ("still cleaning up; another signal does not make it faster");
  TplEvent event = {.kind = TPL_EVENT_NOTE,
                    .stage = run->stage != NULL ? run->stage : "tpl-shrink",
                    .message = message,
                    .elapsed_seconds = elapsed_seconds (run)};
  cli_progress_event (run->progress, &event);
  if (is_first) {
    run->outcome.signal = number;
    g_cancellable_cancel (run->cancellable);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer data)
{
  return stop (data, SIGINT, "SIGINT");
}

static gboolean
on_terminate (gpointer data)
{
  return stop (data, SIGTERM, "SIGTERM");
}

static gboolean
on_hang_up (gpointer data)
{
  return stop (data, SIGHUP, "SIGHUP");
}

static const struct {
  int number;
  GSourceFunc handler;
} signals[] = {{SIGINT, on_interrupt}, {SIGTERM, on_terminate}, {SIGHUP, on_hang_up}};

CliRunOutcome
cli_run (TplJob *job, CliRunWhat what, CliProgress *progress)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = {.job = job,
             .what = what,
             .progress = progress,
             .cancellable = cancellable,
             .loop = loop,
             .began_us = g_get_monotonic_time ()};
  guint sources[G_N_ELEMENTS (signals)] = {0};
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++) {
    /* nohup and a shell's "&" have signals ignored on purpose. */
    struct sigaction action;
    if (sigaction (signals[i].number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      sources[i] = g_unix_signal_add (signals[i].number, signals[i].handler, &run);
  }
  guint ticker = g_timeout_add (TICK_MILLISECONDS, tick, &run);

  tpl_job_set_observer (job, observe, &run);
  GThread *thread = g_thread_new ("job", work, &run);
  g_main_loop_run (loop);
  g_thread_join (thread);
  tpl_job_set_observer (job, NULL, NULL);

  g_source_remove (ticker);
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++)
    if (sources[i] != 0)
      g_source_remove (sources[i]);
  run.outcome.seconds = elapsed_seconds (&run);
  g_free (run.stage);
  return run.outcome;
}
