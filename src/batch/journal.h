/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The journal of a batch on disk: records are only ever added, each is on stable storage before
 * tpl_batch_journal_add () returns. Locks on bytes of the file (open file description locks, which
 * children inherit and which end with their last holder) say who is at work: byte 0, the batch; a
 * byte for each job, its tpl-shrink, even if that outlives the batch.
 */
#pragma once

#include "adapt/handles.h"
#include "batch/record.h"

typedef struct {
  char *path;
  TplFd fd;           /* -1: the file is not there yet, or only looked at */
  GPtrArray *records; /* TplBatchRecord: that were there when it was opened */
} TplBatchJournal;

/** A batch's journal where none is named: in tpl-shrink's folder of state, after what names the
 * batch. The caller's. */
char *tpl_batch_journal_default (const char *name);

/** The journal there that was written to last; NULL: there is none. The caller's. */
char *tpl_batch_journal_latest (void);

/** Reads the journal that may be at `path`; makes, locks and changes nothing. Errors:
 * TPL_ERROR_FAILED (it is damaged, or no journal). */
TplBatchJournal *tpl_batch_journal_look (const char *path, GError **error);

/** Makes it or goes on with it, locked. What was written half is taken off. Errors:
 * TPL_ERROR_RETRIABLE (another batch is at work with it, or it can't be written), TPL_ERROR_FAILED
 * (it is damaged, or no journal). */
TplBatchJournal *tpl_batch_journal_open (const char *path, GError **error);

void tpl_batch_journal_free (TplBatchJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatchJournal, tpl_batch_journal_free)

/** Adds a record; takes it. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_batch_journal_add (TplBatchJournal *journal, TplBatchRecord *record, GError **error);

/** The lock of a job: a descriptor, the caller's, for its tpl-shrink to inherit; -1: a tpl-shrink
 * of a batch that was killed still holds it. */
int tpl_batch_journal_lock_job (const TplBatchJournal *journal, const char *id);
