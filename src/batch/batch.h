/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A batch: a list of jobs, each done by a tpl-shrink of its own, several at once, with a journal so
 * that it can be killed at any moment and go on later. Used from one thread, in the default main
 * context.
 */
#pragma once

#include "batch/journal.h"
#include "batch/work.h"

typedef struct {
  const char *program;      /* tpl-shrink */
  const char *survey;       /* tpl-survey; NULL: sizes are guessed */
  const char *slots_folder; /* tpl_batch_slots_folder () */
  guint jobs;               /* at once */
  gboolean heeds_pressure;  /* starts nothing more while the host waits for its disks */
  gboolean as_given;        /* the list's order instead of the largest gain first */
  gboolean again;           /* jobs that are done too */
  guint retries;            /* of what ends with TPL_ERROR_RETRIABLE */
  double retry_seconds;     /* before the first retry; doubles with each */
  double grace_seconds;     /* from SIGTERM to SIGKILL when the batch is stopped */
  TplBatchManners manners;
} TplBatchSettings;

typedef enum {
  TPL_BATCH_START, /* a tpl-shrink begins */
  TPL_BATCH_EVENT, /* it said something: `event` */
  TPL_BATCH_RETRY, /* it will be tried again: `message` */
  TPL_BATCH_END,   /* the job's state is final */
  TPL_BATCH_NOTE,  /* something that the user should know; `work` may be NULL */
  TPL_BATCH_TICK,  /* time has passed */
} TplBatchEventKind;

typedef struct {
  TplBatchEventKind kind;
  const TplBatchWork *work;
  const TplEvent *event;
  const char *message;
} TplBatchEvent;

typedef void (*TplBatchObserver) (const TplBatchEvent *event, gpointer user_data);

struct TplBatch {
  TplBatchSettings settings;
  GPtrArray *jobs;  /* TplBatchJob */
  GPtrArray *works; /* TplBatchWork, in the order of the list */
  GPtrArray *queue; /* the same, in the order to start them in; borrowed */
  TplBatchJournal *journal;
  TplBatchObserver observer;
  gpointer user_data;
  gint64 began_us;   /* monotonic */
  int signal;        /* that stops it; 0: none */
  GMainLoop *loop;   /* while it runs */
  GError *failure;   /* of the batch itself: the journal can't be written ... */
  gint64 kill_at_us; /* 0: not stopped */
};

/** `settings` is copied, the strings in it are borrowed. `jobs` (of TplBatchJob; it is taken over)
 * may be NULL: the list is the journal's. `journal` is taken over. Looks what is done already and
 * how big things are. Errors: TPL_ERROR_USAGE (jobs that are wrong or in each other's way),
 * TPL_ERROR_REFUSED (no list). */
TplBatch *tpl_batch_new (const TplBatchSettings *settings, GPtrArray *jobs,
                         TplBatchJournal *journal, GError **error);
void tpl_batch_free (TplBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatch, tpl_batch_free)

void tpl_batch_set_observer (TplBatch *batch, TplBatchObserver observer, gpointer user_data);
void tpl_batch_tell (const TplBatch *batch, TplBatchEventKind kind, const TplBatchWork *work,
                     const TplEvent *event, const char *message);

/** How many works are in a state. */
guint tpl_batch_count (const TplBatch *batch, TplWorkState state);

/** Whether the journal tells of something that was begun and neither finished nor given up. */
gboolean tpl_batch_was_interrupted (const TplBatch *batch);

/** Does what is to be done; FALSE: the batch itself could not go on (the jobs' own failures are in
 * their works). The journal must be locked. Errors: TPL_ERROR_RETRIABLE, TPL_ERROR_HOST. */
gboolean tpl_batch_run (TplBatch *batch, GError **error);

/** From a signal's handler in the main loop: ends what runs, and then the run. */
void tpl_batch_stop (TplBatch *batch, int signal);

/** tpl-batch's exit status: see tpl-batch(1). */
int tpl_batch_status (const TplBatch *batch);
