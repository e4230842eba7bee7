/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A line of a batch's journal: JSON, one object a line. Pure: whatever the text is, it is read or
 * refused. */
#pragma once

#include "batch/disk.h"
#include "batch/job.h"

typedef struct {
  char *kind;           /* one of the TPL_RECORD_... */
  guint64 time;         /* seconds since 1970 */
  char *job;            /* tpl_batch_job_id (); NULL: of the whole batch */
  GPtrArray *jobs;      /* BATCH: the whole list, TplBatchJob */
  TplBatchDisk *source; /* START: as it was */
  TplBatchDisk *target; /* WORK: what will get the target's name; END of status 0: what has it */
  guint64 attempt;      /* START: from 1 */
  guint64 status;       /* END: tpl-shrink's exit status */
  char *message;        /* END: of its error */
  guint64 milliseconds; /* END: of the last attempt */
  guint64 source_bytes; /* END: 0: not known */
  guint64 target_bytes;
} TplBatchRecord;

#define TPL_RECORD_BATCH "batch" /* begins, or has another list */
#define TPL_RECORD_START "start" /* a tpl-shrink is about to run */
#define TPL_RECORD_WORK  "work"  /* it has made the file that it will give the target's name */
#define TPL_RECORD_END   "end"   /* it has ended */
#define TPL_RECORD_STOP  "stop"  /* the batch was stopped by a signal */

extern const TplType tpl_batch_record_type;

TplBatchRecord *tpl_batch_record_new (const char *kind);
void tpl_batch_record_free (TplBatchRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatchRecord, tpl_batch_record_free)

/** The line, with its newline. The caller's. */
char *tpl_batch_record_to_line (const TplBatchRecord *record);

/**
 * Reads a journal's text. A last line that has no newline was being written when the machine
 * stopped: it is left out; `length_read` tells where it begins. An array of TplBatchRecord, the
 * caller's. Errors: TPL_ERROR_FAILED (a line that is no record).
 */
GPtrArray *tpl_batch_records_read (const char *text, gsize length, gsize *length_read,
                                   GError **error);
