/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The public interface: a job is a request, its observer and, once there is one, its plan. */
#include "error.h"
#include "request.h"
#include "shrink.h"
#include "stage/begin.h"
#include "stage/libvirt.h"

struct TplJob {
  TplRequest *request;
  TplObserver observer;
  gpointer observer_data;
  TplRun *run;   /* while it runs: the observer may ask for its plan */
  TplPlan *plan; /* of the last run */
};

TplJob *
tpl_job_new (const char *source, const char *target)
{
  TplJob *job = g_new0 (TplJob, 1);
  job->request = tpl_request_new (source, target);
  return job;
}

void
tpl_job_free (TplJob *job)
{
  if (!job)
    return;
  tpl_request_free (job->request);
  tpl_value_free (&tpl_plan_type, job->plan);
  g_free (job);
}

gboolean
tpl_job_set (TplJob *job, const char *option, const char *value, GError **error)
{
  return tpl_request_set (job->request, option, value, error);
}

void
tpl_job_set_observer (TplJob *job, TplObserver observer, gpointer user_data)
{
  job->observer = observer;
  job->observer_data = user_data;
}

static gboolean
start (TplJob *job, gboolean (*pipeline) (TplRun *run, GError **error), GCancellable *cancellable,
       GError **error)
{
  g_autoptr (TplRun) run
      = tpl_run_new (job->request, cancellable, job->observer, job->observer_data);
  job->run = run;
  gboolean done = pipeline (run, error);
  job->run = NULL;
  tpl_value_free (&tpl_plan_type, job->plan);
  job->plan = g_steal_pointer (&run->plan);
  return done;
}

gboolean
tpl_job_plan (TplJob *job, GCancellable *cancellable, GError **error)
{
  if (!job->request->source)
    return tpl_fail (error, TPL_ERROR_USAGE, "SOURCE is missing");
  return start (job, tpl_shrink_plan, cancellable, error);
}

gboolean
tpl_job_run (TplJob *job, GCancellable *cancellable, GError **error)
{
  if (!job->request->source || !job->request->target)
    return tpl_fail (error, TPL_ERROR_USAGE, "SOURCE or TARGET is missing");
  return start (job, tpl_shrink, cancellable, error);
}

gboolean
tpl_job_verify (TplJob *job, GCancellable *cancellable, GError **error)
{
  if (!job->request->source || !job->request->receipt)
    return tpl_fail (error, TPL_ERROR_USAGE, "the disk or its receipt is missing");
  return start (job, tpl_shrink_verify, cancellable, error);
}

gboolean
tpl_job_recover (TplJob *job, GCancellable *cancellable, GError **error)
{
  return start (job, tpl_libvirt_recover, cancellable, error);
}

gboolean
tpl_job_rollback (TplJob *job, GCancellable *cancellable, GError **error)
{
  return start (job, tpl_libvirt_rollback, cancellable, error);
}

gboolean
tpl_job_delete_source (TplJob *job, GCancellable *cancellable, GError **error)
{
  return start (job, tpl_libvirt_delete_source, cancellable, error);
}

const TplPlan *
tpl_job_get_plan (const TplJob *job)
{
  return job->run ? job->run->plan : job->plan;
}

const char *
tpl_version (void)
{
  return TPL_VERSION;
}
