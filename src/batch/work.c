/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/work.h"

#include "plan/size.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAT_BLOCK_BYTES 512

static const char *const state_names[TPL_WORK_STATES] = {
    [TPL_WORK_WAITING] = "waiting", [TPL_WORK_RUNNING] = "running",
    [TPL_WORK_DONE] = "done",       [TPL_WORK_NOTHING] = "nothing to gain",
    [TPL_WORK_REFUSED] = "refused", [TPL_WORK_FAILED] = "failed",
    [TPL_WORK_STOPPED] = "stopped",
};

TplBatchWork *
tpl_work_new (TplBatch *batch, const TplBatchJob *job)
{
  TplBatchWork *work = g_new0 (TplBatchWork, 1);
  work->batch = batch;
  work->job = job;
  work->id = tpl_batch_job_id (job);
  work->slot = work->lock = -1;
  work->status = -1;
  return work;
}

static void
close_lock (int fd)
{
  if (fd >= 0)
    close (fd);
}

void
tpl_work_free (TplBatchWork *work)
{
  g_free (work->id);
  tpl_batch_place_free (work->source);
  tpl_batch_place_free (work->target);
  g_free (work->store);
  tpl_batch_disk_free (work->interrupted);
  tpl_batch_child_free (work->child);
  close_lock (work->slot);
  close_lock (work->lock);
  g_free (work->stage);
  g_free (work->message);
  g_free (work);
}

gboolean
tpl_work_is_over (const TplBatchWork *work)
{
  return work->state != TPL_WORK_WAITING && work->state != TPL_WORK_RUNNING;
}

TplWorkState
tpl_work_state_of_status (int status)
{
  switch (status) {
  case 0:
    return TPL_WORK_DONE;
  case TPL_ERROR_USAGE:
  case TPL_ERROR_REFUSED:
  case TPL_ERROR_TOO_SMALL:
    return TPL_WORK_REFUSED;
  case TPL_ERROR_NOTHING_TO_GAIN:
    return TPL_WORK_NOTHING;
  default:
    return TPL_WORK_FAILED;
  }
}

const char *
tpl_work_state_name (TplWorkState state)
{
  return state_names[state];
}

int
tpl_work_compare_gain (gconstpointer a, gconstpointer b)
{
  const TplBatchWork *one = *(const TplBatchWork *const *)a;
  const TplBatchWork *other = *(const TplBatchWork *const *)b;
  if (one->gain_bytes != other->gain_bytes)
    return one->gain_bytes > other->gain_bytes ? -1 : 1;
  return one->job->number < other->job->number ? -1 : one->job->number > other->job->number;
}

static gboolean
share_a_volume (const TplBatchWork *a, const TplBatchWork *b)
{
  return strcmp (a->source->key, b->source->key) == 0 ||
         strcmp (a->source->key, b->target->key) == 0 ||
         strcmp (a->target->key, b->source->key) == 0 ||
         strcmp (a->target->key, b->target->key) == 0;
}

static gboolean
is_free (const TplBatchWork *work, const GPtrArray *works)
{
  for (guint i = 0; i < works->len; i++) {
    const TplBatchWork *other = works->pdata[i];
    if (other != work && other->state == TPL_WORK_RUNNING && share_a_volume (work, other))
      return FALSE;
  }
  return TRUE;
}

TplBatchWork *
tpl_work_next (const GPtrArray *works, gint64 now_us)
{
  for (guint i = 0; i < works->len; i++) {
    TplBatchWork *work = works->pdata[i];
    if (work->state == TPL_WORK_WAITING && work->not_before_us <= now_us && is_free (work, works))
      return work;
  }
  return NULL;
}

/* What a job that runs will still take. What it has is missing from what is free already. */
static guint64
outstanding_bytes (const TplBatchWork *work)
{
  struct stat status;
  g_autofree char *path =
      work->target->path != NULL ? tpl_batch_place_work_path (work->target->path) : NULL;
  guint64 written =
      path != NULL && stat (path, &status) == 0 ? (guint64)status.st_blocks * STAT_BLOCK_BYTES : 0;
  return work->need_bytes > written ? work->need_bytes - written : 0;
}

gboolean
tpl_work_fits (const TplBatchWork *work, const GPtrArray *works, guint64 free_bytes,
               gboolean *never)
{
  guint64 reserved = 0;
  gboolean is_alone = TRUE;
  *never = FALSE;
  for (guint i = 0; i < works->len; i++) {
    const TplBatchWork *other = works->pdata[i];
    if (other->state != TPL_WORK_RUNNING || g_strcmp0 (other->store, work->store) != 0)
      continue;
    is_alone = FALSE;
    reserved = tpl_size_add (reserved, outstanding_bytes (other));
  }
  if (tpl_size_add (reserved, work->need_bytes) <= free_bytes)
    return TRUE;
  *never = is_alone && work->need_is_exact;
  return is_alone && !work->need_is_exact;
}
