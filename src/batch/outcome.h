/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How the jobs of a running batch end, and what is written down of them. */
#pragma once

#include "batch/batch.h"

/** Adds a record to the journal; takes it. FALSE: it can't be written, and the batch stops. */
gboolean tpl_batch_write (TplBatch *batch, TplBatchRecord *record);
/** A record of that kind about the job. The caller's. */
TplBatchRecord *tpl_work_record (const TplBatchWork *work, const char *kind);

/** Writes down that the file that will be the target is there: what has its inode under the
 * target's name later was published by this very run. */
void tpl_work_note_file (TplBatchWork *work);

/** Writes down how the job ended, and says so. */
void tpl_work_conclude (TplBatchWork *work);
/** Says that the job is over, for this batch. */
void tpl_work_set_over (TplBatchWork *work, TplWorkState state);
/** Lets it wait for its next attempt, each time longer. */
void tpl_work_retry_later (TplBatchWork *work);

/** Gives back its slot, and its lock of the journal's. */
void tpl_work_drop_locks (TplBatchWork *work);
