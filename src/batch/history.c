/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/history.h"

#include <string.h>

GPtrArray *
tpl_history_jobs (const TplBatchJournal *journal)
{
  for (guint i = journal->records->len; i > 0; i--) {
    const TplBatchRecord *record = journal->records->pdata[i - 1];
    if (strcmp (record->kind, TPL_RECORD_BATCH) != 0)
      continue;
    GPtrArray *jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_job_free);
    for (guint j = 0; j < record->jobs->len; j++)
      g_ptr_array_add (jobs, tpl_value_copy (&tpl_batch_job_type, record->jobs->pdata[j]));
    return jobs;
  }
  return NULL;
}

const char *
tpl_history_result (const TplBatchJob *job)
{
  return tpl_batch_job_get (job, "rename") != NULL ? job->source : job->target;
}

/* The last records of a job. */
typedef struct {
  const TplBatchRecord *start, *work, *end;
} Past;

static void
past_add (Past *past, const TplBatchRecord *record)
{
  if (strcmp (record->kind, TPL_RECORD_START) == 0)
    *past = (Past){.start = record};
  else if (strcmp (record->kind, TPL_RECORD_WORK) == 0)
    past->work = record;
  else if (strcmp (record->kind, TPL_RECORD_END) == 0)
    past->end = record;
}

static GHashTable *
read_pasts (const TplBatchJournal *journal)
{
  GHashTable *pasts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < journal->records->len; i++) {
    const TplBatchRecord *record = journal->records->pdata[i];
    if (record->job == NULL)
      continue;
    Past *past = g_hash_table_lookup (pasts, record->job);
    if (past == NULL) {
      past = g_new0 (Past, 1);
      g_hash_table_insert (pasts, record->job, past);
    }
    past_add (past, record);
  }
  return pasts;
}

/* A file that was written to since is another template. Of a block device nobody can tell, and a
 * source that gave its place away is no source any more. */
static gboolean
source_is_newer (const TplBatchWork *work, const Past *past)
{
  if (past->start == NULL || past->start->source == NULL || work->source->path == NULL ||
      tpl_batch_job_get (work->job, "swap-into-domain") != NULL)
    return FALSE;
  g_autoptr (TplBatchDisk) now = tpl_batch_disk_look (work->source->path);
  return now != NULL && !tpl_batch_disk_untouched (now, past->start->source);
}

static void
finish (TplBatchWork *work, TplWorkState state, const char *message)
{
  work->state = state;
  work->message = g_strdup (message);
  work->was_done = state == TPL_WORK_DONE || state == TPL_WORK_NOTHING;
}

static void
apply_end (TplBatchWork *work, const Past *past)
{
  const TplBatchRecord *end = past->end;
  TplWorkState state = tpl_work_state_of_status ((int)end->status);
  if ((state != TPL_WORK_DONE && state != TPL_WORK_NOTHING) || source_is_newer (work, past))
    return;
  work->seconds = (double)end->milliseconds / 1000;
  work->source_bytes = end->source_bytes;
  work->target_bytes = end->target_bytes;
  if (state == TPL_WORK_NOTHING) {
    work->status = (int)end->status;
    finish (work, state, end->message);
    return;
  }
  g_autoptr (TplBatchDisk) now =
      end->target != NULL ? tpl_batch_disk_look (end->target->path) : NULL;
  if (now == NULL)
    return; /* it is gone: to be made again */
  work->status = 0;
  if (tpl_batch_disk_untouched (now, end->target))
    finish (work, TPL_WORK_DONE, NULL);
  else if (tpl_batch_disk_same (now, end->target))
    finish (work, TPL_WORK_DONE, "TARGET was written to after it was made");
  else {
    work->status = TPL_ERROR_REFUSED;
    finish (work, TPL_WORK_REFUSED,
            "TARGET is not the disk that this batch made: remove it to have it made again, or say "
            "--again");
  }
}

void
tpl_history_apply (TplBatch *batch)
{
  g_autoptr (GHashTable) pasts = read_pasts (batch->journal);
  for (guint i = 0; i < batch->works->len; i++) {
    TplBatchWork *work = batch->works->pdata[i];
    const Past *past = g_hash_table_lookup (pasts, work->id);
    if (past == NULL)
      continue;
    if (past->end != NULL) {
      apply_end (work, past);
      continue;
    }
    work->was_interrupted = TRUE;
    if (past->work != NULL && past->work->target != NULL)
      work->interrupted = tpl_value_copy (&tpl_batch_disk_type, past->work->target);
  }
}

/* Whether giving TARGET its name is the last that this job does: with other options, such as
 * --swap-into-domain, or some that are not known here, something may have been left to do. */
static gboolean
ends_with_the_name (const TplBatchJob *job)
{
  static const char *const known[] = {
      "source-format", "format", "size", "headroom", "swap-size", "vg",        "identity",
      "engine",        "verify", "seed", "force",    "connect",   "boot-test", NULL};
  for (guint i = 0; i < job->settings->len; i++) {
    const TplBatchSetting *setting = job->settings->pdata[i];
    if (!g_strv_contains (known, setting->name))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_history_was_published (TplBatchWork *work)
{
  const TplBatchDisk *made = ends_with_the_name (work->job) ? work->interrupted : NULL;
  g_autoptr (TplBatchDisk) now =
      made != NULL && work->target->path != NULL ? tpl_batch_disk_look (work->target->path) : NULL;
  /* The size was another while it was made. */
  if (now == NULL || now->device != NULL || now->inode != made->inode ||
      now->born_ns != made->born_ns || made->born_ns == 0)
    return FALSE;
  work->state = TPL_WORK_DONE;
  work->status = 0;
  work->target_bytes = now->size_bytes;
  return TRUE;
}
