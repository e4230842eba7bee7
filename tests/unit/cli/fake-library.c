/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A libtplshrink that plays a script: SOURCE is a file whose lines are
 *
 *   stage NAME MESSAGE | progress DONE TOTAL | note|warning|debug MESSAGE
 *   sleep MILLISECONDS      a cancellation ends it, and the job with TPL_ERROR_CANCELLED
 *   busy MILLISECONDS       a sleep that nothing ends
 *   cleanup MILLISECONDS    how long the job takes to end once it is cancelled
 *   plan SAMPLE             the plan, one of sample-plan.c
 *   error CODE MESSAGE      ends the job
 *
 * Messages may have C escapes. What is set by tpl_job_set () is told as DEBUG events.
 */
#include "sample-plan.h"
#include "tpl-shrink.h"

#include <stdlib.h>
#include <string.h>

struct TplJob {
  char *source;
  TplObserver observer;
  gpointer user_data;
  GPtrArray *settings; /* "name=value" */
  TplPlan *plan;
  guint64 cleanup_milliseconds;
  gint64 began_us;
  char *stage;
};

TplJob *
tpl_job_new (const char *source, const char *target)
{
  (void)target;
  TplJob *job = g_new0 (TplJob, 1);
  job->source = g_strdup (source);
  job->settings = g_ptr_array_new_with_free_func (g_free);
  job->stage = g_strdup ("resolve");
  return job;
}

void
tpl_job_free (TplJob *job)
{
  if (job == NULL)
    return;
  g_free (job->source);
  g_free (job->stage);
  g_ptr_array_unref (job->settings);
  if (job->plan != NULL)
    tpl_value_free (&tpl_plan_type, job->plan);
  g_free (job);
}

gboolean
tpl_job_set (TplJob *job, const char *option, const char *value, GError **error)
{
  if (g_strcmp0 (value, "bad") == 0) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "--%s: '%s' is not a value for it", option,
                 value);
    return FALSE;
  }
  g_ptr_array_add (job->settings, g_strdup_printf ("%s=%s", option, value != NULL ? value : "yes"));
  return TRUE;
}

void
tpl_job_set_observer (TplJob *job, TplObserver observer, gpointer user_data)
{
  job->observer = observer;
  job->user_data = user_data;
}

static void
tell (TplJob *job, TplEventKind kind, const char *message, guint64 done_bytes, guint64 total_bytes)
{
  TplEvent event = {
      kind,       job->stage,  message,
      done_bytes, total_bytes, (double)(g_get_monotonic_time () - job->began_us) / G_USEC_PER_SEC};
  if (job->observer != NULL)
    job->observer (&event, job->user_data);
}

static gboolean
pause_job (TplJob *job, guint64 milliseconds, GCancellable *cancellable, GError **error)
{
  for (guint64 i = 0; i < milliseconds && !g_cancellable_is_cancelled (cancellable); i++)
    g_usleep (1000);
  if (!g_cancellable_is_cancelled (cancellable))
    return TRUE;
  g_usleep ((gulong)job->cleanup_milliseconds * 1000);
  g_set_error_literal (error, TPL_ERROR, TPL_ERROR_CANCELLED, "stopped on request");
  return FALSE;
}

/* One line of the script; FALSE ends the job. */
static gboolean
play (TplJob *job, char **words, GCancellable *cancellable, GError **error)
{
  static const struct {
    const char *word;
    TplEventKind kind;
  } talks[] = {
      {"note", TPL_EVENT_NOTE}, {"warning", TPL_EVENT_WARNING}, {"debug", TPL_EVENT_DEBUG}};
  const char *first = words[1] != NULL ? words[1] : "";
  g_autofree char *rest = g_strjoinv (" ", words[1] != NULL ? words + 1 : words);
  g_autofree char *text = g_strcompress (rest);

  if (strcmp (words[0], "stage") == 0) {
    g_free (job->stage);
    job->stage = g_strdup (first);
    tell (job, TPL_EVENT_STAGE, strchr (text, ' ') != NULL ? strchr (text, ' ') + 1 : "", 0, 0);
  } else if (strcmp (words[0], "progress") == 0)
    tell (job, TPL_EVENT_PROGRESS, NULL, g_ascii_strtoull (first, NULL, 10),
          g_ascii_strtoull (words[2], NULL, 10));
  else if (strcmp (words[0], "sleep") == 0)
    return pause_job (job, g_ascii_strtoull (first, NULL, 10), cancellable, error);
  else if (strcmp (words[0], "busy") == 0)
    g_usleep ((gulong)g_ascii_strtoull (first, NULL, 10) * 1000);
  else if (strcmp (words[0], "cleanup") == 0)
    job->cleanup_milliseconds = g_ascii_strtoull (first, NULL, 10);
  else if (strcmp (words[0], "plan") == 0)
    job->plan = sample_plan_new (first);
  else if (strcmp (words[0], "error") == 0) {
    const char *message = strchr (text, ' ') != NULL ? strchr (text, ' ') + 1 : "";
    g_set_error_literal (error, TPL_ERROR, atoi (first), message);
    return FALSE;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (talks); i++)
    if (strcmp (words[0], talks[i].word) == 0)
      tell (job, talks[i].kind, text, 0, 0);
  return TRUE;
}

gboolean
tpl_job_run (TplJob *job, GCancellable *cancellable, GError **error)
{
  g_autofree char *script = NULL;
  job->began_us = g_get_monotonic_time ();
  for (guint i = 0; i < job->settings->len; i++)
    tell (job, TPL_EVENT_DEBUG, job->settings->pdata[i], 0, 0);
  if (!g_file_get_contents (job->source, &script, NULL, error))
    return FALSE; /* an error of another domain: the program must give 1 for it */
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
    if (words[0] != NULL && !play (job, words, cancellable, error))
      return FALSE;
  }
  if (job->plan == NULL)
    job->plan = sample_plan_new ("template");
  tell (job, TPL_EVENT_DONE, "", 0, 0);
  return TRUE;
}

gboolean
tpl_job_plan (TplJob *job, GCancellable *cancellable, GError **error)
{
  return tpl_job_run (job, cancellable, error);
}

gboolean
tpl_job_verify (TplJob *job, GCancellable *cancellable, GError **error)
{
  return tpl_job_run (job, cancellable, error);
}

/* What needs no plan. */
gboolean
tpl_job_recover (TplJob *job, GCancellable *cancellable, GError **error)
{
  (void)cancellable;
  (void)error;
  tell (job, TPL_EVENT_NOTE, "nothing is left", 0, 0);
  return TRUE;
}

gboolean
tpl_job_rollback (TplJob *job, GCancellable *cancellable, GError **error)
{
  return tpl_job_recover (job, cancellable, error);
}

gboolean
tpl_job_delete_source (TplJob *job, GCancellable *cancellable, GError **error)
{
  return tpl_job_recover (job, cancellable, error);
}

const TplPlan *
tpl_job_get_plan (const TplJob *job)
{
  return job->plan;
}

char *
tpl_plan_to_json (const TplPlan *plan)
{
  return g_strdup_printf ("{\"identity\": \"%s\"}\n", plan->identity);
}

GArray *
tpl_host_check (char **remedy)
{
  /* TPL_FAKE_HOST: "ready" or "bare" */
  gboolean is_ready = g_strcmp0 (g_getenv ("TPL_FAKE_HOST"), "ready") == 0;
  const TplHostItem items[] = {
      {"mkfs.xfs", "makes XFS filesystems", is_ready, TRUE, "xfsprogs"},
      {"lz4", "reads an initramfs that is packed with it, which some guests have and others do not",
       FALSE, FALSE, "lz4"},
      {"/dev/kvm", "about ten times faster", FALSE, FALSE, NULL},
  };
  GArray *array = g_array_new (FALSE, FALSE, sizeof (TplHostItem));
  g_array_append_vals (array, items, G_N_ELEMENTS (items));
  *remedy = is_ready ? NULL : g_strdup ("apt-get install xfsprogs lz4");
  return array;
}

const char *
tpl_version (void)
{
  return "0.1.0";
}
