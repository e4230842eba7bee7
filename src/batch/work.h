/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A job of a batch and what has become of it. */
#pragma once

#include "batch/child.h"
#include "batch/job.h"
#include "batch/place.h"
#include "batch/record.h"

typedef enum {
  TPL_WORK_WAITING,
  TPL_WORK_RUNNING,
  TPL_WORK_DONE,
  TPL_WORK_NOTHING, /* the disk is about as small as it can be: no target */
  TPL_WORK_REFUSED,
  TPL_WORK_FAILED,
  TPL_WORK_STOPPED, /* by a signal; it is to be done again */
} TplWorkState;
#define TPL_WORK_STATES 7

typedef struct TplBatch TplBatch;

typedef struct {
  TplBatch *batch;
  const TplBatchJob *job; /* the batch's */
  char *id;               /* tpl_batch_job_id () */
  TplWorkState state;
  gboolean was_done; /* before this run */
  guint attempts;
  gint64 not_before_us; /* monotonic: after a back-off, or when it waits for others */

  TplBatchPlace *source, *target;
  char *store;        /* where the target's bytes come from; NULL: nothing is taken */
  guint64 need_bytes; /* of it */
  gboolean need_is_exact;
  guint64 source_bytes; /* 0: not known, as the following */
  guint64 target_bytes;
  guint64 gain_bytes;

  TplBatchDisk *interrupted; /* what a run that was killed would have published; NULL: none */
  gboolean was_interrupted;

  TplBatchChild *child; /* of a RUNNING one */
  int slot, lock;       /* that it holds; -1 */
  gint64 began_us;
  char *stage; /* that it said last; NULL */
  guint64 done_bytes, total_bytes;

  int status;    /* tpl-shrink's; -1: not run in this batch */
  char *message; /* why it ended so, or what one should know; NULL */
  double seconds;
} TplBatchWork;

TplBatchWork *tpl_work_new (TplBatch *batch, const TplBatchJob *job);
void tpl_work_free (TplBatchWork *work);

/** Whether nothing more will become of it in this batch. */
gboolean tpl_work_is_over (const TplBatchWork *work);

/** What a tpl-shrink that ended with this status makes of its job. */
TplWorkState tpl_work_state_of_status (int status);

/** "done", "nothing to gain", ...: static. */
const char *tpl_work_state_name (TplWorkState state);

/** The order to start them in: largest gain first, what is not known last, else as they are. Pure.
 */
int tpl_work_compare_gain (gconstpointer a, gconstpointer b);

/** The first of `works` that may start now: its time has come, and no volume of its is one of a
 * job's that runs. NULL: none. Pure. */
TplBatchWork *tpl_work_next (const GPtrArray *works, gint64 now_us);

/**
 * Whether `work` may take its bytes from a store where `free_bytes` are free and where those of
 * `works` that run on it still need what they have not written. FALSE with `never` set: not even
 * alone. What is only guessed never stops a job that is alone.
 */
gboolean tpl_work_fits (const TplBatchWork *work, const GPtrArray *works, guint64 free_bytes,
                        gboolean *never);
