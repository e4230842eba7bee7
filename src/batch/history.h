/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the journal says of a batch's jobs. */
#pragma once

#include "batch/batch.h"

/** The list of jobs that the journal had last. The caller's; NULL: none. */
GPtrArray *tpl_history_jobs (const TplBatchJournal *journal);

/** Sets the states of the works: DONE where the journal says so and the target is still the one
 * that was made; REFUSED where another has its name; WAITING otherwise. */
void tpl_history_apply (TplBatch *batch);

/** Whether the tpl-shrink that was killed had published its target already: the file that it was
 * making has the target's name. `work` is DONE then. */
gboolean tpl_history_was_published (TplBatchWork *work);

/** The word whose disk is the job's result: TARGET, or SOURCE where the two change names. */
const char *tpl_history_result (const TplBatchJob *job);
