/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run of a batch: what may start is started, what ends is written down. */
#include "batch/batch.h"

#include "batch/history.h"
#include "batch/host.h"
#include "batch/outcome.h"
#include "error.h"
#include "plan/size.h"

#include <signal.h>
#include <string.h>

#define TICK_MILLISECONDS  250
#define LOOK_AGAIN_SECONDS 1
#define STALL_MOST_PERCENT 60 /* of the time in which all waits for disks */

typedef enum {
  BEGUN,     /* it runs, or is over already */
  GIVES_WAY, /* it must wait for something of its own; another may start */
  NONE_MAY,  /* nor may any other now */
} Attempt;

static void start_jobs (TplBatch *batch);

static void
on_child_end (const TplBatchResult *result, gpointer user_data)
{
  TplBatchWork *work = user_data;
  TplBatch *batch = work->batch;
  work->status = result->status;
  g_free (work->message);
  work->message = g_strdup (result->message);
  if (result->source_bytes > 0)
    work->source_bytes = result->source_bytes;
  if (result->target_bytes > 0)
    work->target_bytes = result->target_bytes;
  work->seconds = (double)(g_get_monotonic_time () - work->began_us) / G_USEC_PER_SEC;
  g_clear_pointer (&work->child, tpl_batch_child_free); /* and `result` with it */

  gboolean is_stopped = batch->kill_at_us != 0 && work->status != 0;
  if (is_stopped)
    tpl_work_set_over (work, TPL_WORK_STOPPED);
  else if (work->status == TPL_ERROR_RETRIABLE && work->attempts <= batch->settings.retries)
    tpl_work_retry_later (work);
  else
    tpl_work_conclude (work);
  start_jobs (batch);
}

static void
on_child_event (const TplEvent *event, gpointer user_data)
{
  TplBatchWork *work = user_data;
  if (event->kind == TPL_EVENT_STAGE) {
    g_free (work->stage);
    work->stage = g_strdup (event->stage);
    work->done_bytes = work->total_bytes = 0;
    if (strcmp (event->stage, "inspect") == 0)
      tpl_work_note_file (work);
  } else if (event->kind == TPL_EVENT_PROGRESS) {
    work->done_bytes = event->done_bytes;
    work->total_bytes = event->total_bytes;
  }
  tpl_batch_tell (work->batch, TPL_BATCH_EVENT, work, event, event->message);
}

static const TplBatchListener listener = {on_child_event, on_child_end};

/* A tpl-shrink of a batch that was killed may still be cleaning up, or even finish. */
static Attempt
take_job_lock (TplBatchWork *work)
{
  TplBatch *batch = work->batch;
  if (work->lock < 0)
    work->lock = tpl_batch_journal_lock_job (batch->journal, work->id);
  if (work->lock < 0)
    return GIVES_WAY;
  if (!work->was_interrupted)
    return BEGUN;
  work->was_interrupted = FALSE;
  if (tpl_history_was_published (work)) {
    g_free (work->message);
    work->message = g_strdup ("it was finished while the batch before this one was killed");
    tpl_work_conclude (work);
  }
  return BEGUN;
}

static Attempt
reserve_room (TplBatchWork *work)
{
  TplBatch *batch = work->batch;
  const char *connect = tpl_batch_job_get (work->job, "connect");
  guint64 free_bytes = 0;
  gboolean never = FALSE;
  g_clear_pointer (&work->store, g_free);
  if (!tpl_batch_place_room (work->target, connect, &work->store, &free_bytes)) {
    g_clear_pointer (&work->store, g_free);
    return BEGUN;
  }
  if (tpl_work_fits (work, batch->works, free_bytes, &never))
    return BEGUN;
  if (!never)
    return GIVES_WAY;
  g_autofree char *need = tpl_size_to_text (work->need_bytes);
  g_autofree char *free = tpl_size_to_text (free_bytes);
  work->status = TPL_ERROR_TOO_SMALL;
  g_free (work->message);
  work->message =
      g_strdup_printf ("TARGET needs %s, and %s are free where it would be", need, free);
  tpl_work_conclude (work);
  return BEGUN;
}

static Attempt
take_slot (TplBatchWork *work)
{
  TplBatch *batch = work->batch;
  if (batch->settings.heeds_pressure && tpl_batch_count (batch, TPL_WORK_RUNNING) > 0 &&
      tpl_batch_host_io_stall () > STALL_MOST_PERCENT)
    return NONE_MAY;
  work->slot = tpl_batch_slot_take (batch->settings.slots_folder, batch->settings.jobs,
                                    batch->failure == NULL ? &batch->failure : NULL);
  if (batch->failure != NULL)
    tpl_batch_stop (batch, 0);
  return work->slot >= 0 ? BEGUN : NONE_MAY;
}

static Attempt
launch (TplBatchWork *work)
{
  TplBatch *batch = work->batch;
  TplBatchRecord *start = tpl_work_record (work, TPL_RECORD_START);
  start->attempt = work->attempts + 1;
  start->source = work->source->path != NULL ? tpl_batch_disk_look (work->source->path) : NULL;
  if (!tpl_batch_write (batch, start))
    return NONE_MAY;
  int locks[2] = {work->slot, work->lock};
  g_auto (GStrv) argv = tpl_batch_job_argv (work->job, batch->settings.program);
  work->child =
      tpl_batch_child_start (argv, work->job->folder, &batch->settings.manners, locks, &listener,
                             work, batch->failure == NULL ? &batch->failure : NULL);
  if (work->child == NULL) {
    tpl_batch_stop (batch, 0);
    return NONE_MAY;
  }
  work->attempts++;
  work->state = TPL_WORK_RUNNING;
  work->began_us = g_get_monotonic_time ();
  g_clear_pointer (&work->stage, g_free);
  work->done_bytes = work->total_bytes = 0;
  tpl_batch_tell (batch, TPL_BATCH_START, work, NULL, NULL);
  return BEGUN;
}

static Attempt
start_job (TplBatchWork *work)
{
  static Attempt (*const steps[]) (TplBatchWork * work) = {take_job_lock, reserve_room, take_slot,
                                                           launch};
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++) {
    Attempt attempt = steps[i](work);
    if (attempt != BEGUN)
      return attempt;
    if (work->state != TPL_WORK_WAITING)
      return BEGUN;
  }
  return BEGUN;
}

static gboolean
is_over (const TplBatch *batch)
{
  if (tpl_batch_count (batch, TPL_WORK_RUNNING) > 0)
    return FALSE;
  return batch->kill_at_us != 0 || tpl_batch_count (batch, TPL_WORK_WAITING) == 0;
}

static void
start_jobs (TplBatch *batch)
{
  gint64 now_us = g_get_monotonic_time ();
  while (batch->kill_at_us == 0 &&
         tpl_batch_count (batch, TPL_WORK_RUNNING) < batch->settings.jobs) {
    TplBatchWork *work = tpl_work_next (batch->queue, now_us);
    Attempt attempt = work != NULL ? start_job (work) : NONE_MAY;
    if (attempt == BEGUN)
      continue;
    if (work != NULL)
      tpl_work_drop_locks (work);
    if (attempt == NONE_MAY)
      break;
    work->not_before_us = now_us + LOOK_AGAIN_SECONDS * G_USEC_PER_SEC;
  }
  if (is_over (batch))
    g_main_loop_quit (batch->loop);
}

static void
signal_children (TplBatch *batch, int signal)
{
  for (guint i = 0; i < batch->works->len; i++) {
    TplBatchWork *work = batch->works->pdata[i];
    if (work->child != NULL)
      tpl_batch_child_signal (work->child, signal);
  }
}

void
tpl_batch_stop (TplBatch *batch, int signal)
{
  if (batch->kill_at_us != 0)
    return;
  batch->signal = signal;
  batch->kill_at_us =
      g_get_monotonic_time () + (gint64)(batch->settings.grace_seconds * G_USEC_PER_SEC);
  signal_children (batch, SIGTERM);
}

static gboolean
on_tick (gpointer data)
{
  TplBatch *batch = data;
  if (batch->kill_at_us != 0 && g_get_monotonic_time () > batch->kill_at_us)
    signal_children (batch, SIGKILL);
  start_jobs (batch);
  tpl_batch_tell (batch, TPL_BATCH_TICK, NULL, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_begin (gpointer data)
{
  start_jobs (data);
  return G_SOURCE_REMOVE;
}

/* Whether the journal's list is another than this one. */
static gboolean
is_new_list (const TplBatch *batch)
{
  g_autoptr (GPtrArray) before = tpl_history_jobs (batch->journal);
  if (before == NULL || before->len != batch->jobs->len)
    return TRUE;
  for (guint i = 0; i < before->len; i++)
    if (!tpl_value_equal (&tpl_batch_job_type, before->pdata[i], batch->jobs->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
begin (TplBatch *batch)
{
  if (!is_new_list (batch))
    return TRUE;
  TplBatchRecord *record = tpl_batch_record_new (TPL_RECORD_BATCH);
  for (guint i = 0; i < batch->jobs->len; i++)
    g_ptr_array_add (record->jobs, tpl_value_copy (&tpl_batch_job_type, batch->jobs->pdata[i]));
  return tpl_batch_write (batch, record);
}

gboolean
tpl_batch_run (TplBatch *batch, GError **error)
{
  if (tpl_batch_count (batch, TPL_WORK_WAITING) > 0 && begin (batch)) {
    g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
    batch->loop = loop;
    guint ticker = g_timeout_add (TICK_MILLISECONDS, on_tick, batch);
    g_idle_add (on_begin, batch);
    g_main_loop_run (loop);
    g_source_remove (ticker);
    batch->loop = NULL;
    if (batch->signal != 0)
      tpl_batch_write (batch, tpl_batch_record_new (TPL_RECORD_STOP));
  }
  if (batch->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&batch->failure));
  return FALSE;
}
