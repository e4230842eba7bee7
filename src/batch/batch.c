/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/batch.h"

#include "batch/history.h"
#include "batch/sizes.h"
#include "error.h"

#include <string.h>

static void
find_places (TplBatchWork *work)
{
  const char *connect = tpl_batch_job_get (work->job, "connect");
  work->source = tpl_batch_place_find (work->job->source, connect);
  work->target = tpl_batch_place_find (work->job->target, connect);
}

static gboolean
check_pair (const TplBatchWork *a, const TplBatchWork *b, GError **error)
{
  if (strcmp (a->target->key, b->target->key) == 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "jobs %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT
                     " have one TARGET (\"%s\"): give each its own",
                     MIN (a->job->number, b->job->number), MAX (a->job->number, b->job->number),
                     a->job->target);
  if (strcmp (a->target->key, b->source->key) == 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "the TARGET of job %" G_GUINT64_FORMAT
                     " is the SOURCE of job %" G_GUINT64_FORMAT
                     " (\"%s\"): put them into two batches, one after the other",
                     a->job->number, b->job->number, b->job->source);
  return TRUE;
}

/* By their keys, so that a list of thousands is checked in an instant. */
static gboolean
check_volumes (const TplBatch *batch, GError **error)
{
  g_autoptr (GHashTable) targets = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < batch->works->len; i++) {
    TplBatchWork *work = batch->works->pdata[i];
    const TplBatchWork *other = g_hash_table_lookup (targets, work->target->key);
    if (other != NULL && !check_pair (other, work, error))
      return FALSE;
    g_hash_table_insert (targets, work->target->key, work);
  }
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    const TplBatchWork *other = g_hash_table_lookup (targets, work->source->key);
    if (other != NULL && other != work && !check_pair (other, work, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_jobs (const GPtrArray *jobs, GError **error)
{
  if (jobs == NULL || jobs->len == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "there is no job in the list");
  for (guint i = 0; i < jobs->len; i++) {
    const TplBatchJob *job = jobs->pdata[i];
    if (!tpl_batch_job_check (job, error)) {
      g_prefix_error (error, "job %" G_GUINT64_FORMAT ": ", job->number);
      return FALSE;
    }
  }
  return TRUE;
}

TplBatch *
tpl_batch_new (const TplBatchSettings *settings, GPtrArray *jobs, TplBatchJournal *journal,
               GError **error)
{
  g_autoptr (TplBatch) batch = g_new0 (TplBatch, 1);
  batch->settings = *settings;
  batch->journal = journal;
  batch->jobs = jobs != NULL ? jobs : tpl_history_jobs (journal);
  batch->began_us = g_get_monotonic_time ();
  batch->works = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_work_free);
  batch->queue = g_ptr_array_new ();
  if (!check_jobs (batch->jobs, error))
    return NULL;
  for (guint i = 0; i < batch->jobs->len; i++) {
    TplBatchJob *job = batch->jobs->pdata[i];
    job->number = i + 1;
    TplBatchWork *work = tpl_work_new (batch, job);
    g_ptr_array_add (batch->works, work);
    g_ptr_array_add (batch->queue, work);
    find_places (work);
  }
  if (!check_volumes (batch, error))
    return NULL;
  if (!settings->again)
    tpl_history_apply (batch);
  tpl_sizes_find (batch);
  if (!settings->as_given)
    g_ptr_array_sort (batch->queue, tpl_work_compare_gain);
  return g_steal_pointer (&batch);
}

void
tpl_batch_free (TplBatch *batch)
{
  if (batch == NULL)
    return;
  g_ptr_array_unref (batch->queue);
  g_ptr_array_unref (batch->works);
  g_clear_pointer (&batch->jobs, g_ptr_array_unref);
  tpl_batch_journal_free (batch->journal);
  g_clear_error (&batch->failure);
  g_free (batch);
}

void
tpl_batch_set_observer (TplBatch *batch, TplBatchObserver observer, gpointer user_data)
{
  batch->observer = observer;
  batch->user_data = user_data;
}

void
tpl_batch_tell (const TplBatch *batch, TplBatchEventKind kind, const TplBatchWork *work,
                const TplEvent *event, const char *message)
{
  TplBatchEvent said = {kind, work, event, message};
  if (batch->observer != NULL)
    batch->observer (&said, batch->user_data);
}

guint
tpl_batch_count (const TplBatch *batch, TplWorkState state)
{
  guint count = 0;
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    count += work->state == state;
  }
  return count;
}

gboolean
tpl_batch_was_interrupted (const TplBatch *batch)
{
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    if (work->was_interrupted)
      return TRUE;
  }
  return FALSE;
}

int
tpl_batch_status (const TplBatch *batch)
{
  if (batch->signal != 0)
    return 128 + batch->signal;
  if (tpl_batch_count (batch, TPL_WORK_FAILED) > 0)
    return TPL_ERROR_FAILED;
  if (tpl_batch_count (batch, TPL_WORK_REFUSED) > 0)
    return TPL_ERROR_REFUSED;
  return tpl_batch_count (batch, TPL_WORK_NOTHING) > 0 ? TPL_ERROR_NOTHING_TO_GAIN : 0;
}
