/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/outcome.h"

#include "adapt/handles.h"
#include "batch/history.h"

#define RETRY_MOST_SECONDS 600

gboolean
tpl_batch_write (TplBatch *batch, TplBatchRecord *record)
{
  if (tpl_batch_journal_add (batch->journal, record,
                             batch->failure == NULL ? &batch->failure : NULL))
    return TRUE;
  /* What can't be written down must not be done. */
  tpl_batch_stop (batch, 0);
  return FALSE;
}

TplBatchRecord *
tpl_work_record (const TplBatchWork *work, const char *kind)
{
  TplBatchRecord *record = tpl_batch_record_new (kind);
  record->job = g_strdup (work->id);
  return record;
}

void
tpl_work_drop_locks (TplBatchWork *work)
{
  tpl_fd_clear (&work->slot);
  tpl_fd_clear (&work->lock);
}

void
tpl_work_set_over (TplBatchWork *work, TplWorkState state)
{
  TplBatch *batch = work->batch;
  work->state = state;
  tpl_work_drop_locks (work);
  tpl_batch_tell (batch, TPL_BATCH_END, work, NULL, work->message);
}

void
tpl_work_conclude (TplBatchWork *work)
{
  TplBatchRecord *end = tpl_work_record (work, TPL_RECORD_END);
  end->status = (guint64)work->status;
  end->message = g_strdup (work->message);
  end->milliseconds = (guint64)(work->seconds * 1000);
  end->source_bytes = work->source_bytes;
  end->target_bytes = work->target_bytes;
  if (work->status == 0) {
    const char *connect = tpl_batch_job_get (work->job, "connect");
    g_autoptr (TplBatchPlace) place =
        tpl_batch_place_find (tpl_history_result (work->job), connect);
    end->target = place->path != NULL ? tpl_batch_disk_look (place->path) : NULL;
  }
  tpl_batch_write (work->batch, end);
  tpl_work_set_over (work, tpl_work_state_of_status (work->status));
}

void
tpl_work_retry_later (TplBatchWork *work)
{
  const TplBatchSettings *settings = &work->batch->settings;
  double seconds = settings->retry_seconds;
  for (guint i = 1; i < work->attempts && seconds < RETRY_MOST_SECONDS; i++)
    seconds *= 2;
  seconds = MIN (seconds, RETRY_MOST_SECONDS);
  work->not_before_us = g_get_monotonic_time () + (gint64)(seconds * G_USEC_PER_SEC);
  work->state = TPL_WORK_WAITING;
  tpl_work_drop_locks (work);
  g_autofree char *message = g_strdup_printf ("%s; attempt %u of %u in %.0f s", work->message,
                                              work->attempts + 1, settings->retries + 1, seconds);
  tpl_batch_tell (work->batch, TPL_BATCH_RETRY, work, NULL, message);
}

void
tpl_work_note_file (TplBatchWork *work)
{
  g_autofree char *path =
      work->target->path != NULL ? tpl_batch_place_work_path (work->target->path) : NULL;
  TplBatchDisk *disk = path != NULL ? tpl_batch_disk_look (path) : NULL;
  if (disk == NULL)
    return; /* a device or a volume has its name at once */
  TplBatchRecord *record = tpl_work_record (work, TPL_RECORD_WORK);
  record->target = disk;
  tpl_batch_write (work->batch, record);
}
