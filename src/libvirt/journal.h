/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What a run is about to do and has done to libvirt's things, so that the next run can finish or
 * undo what a crash left. A journal is a file of lines, each a record of fields; a record is on
 * stable storage before tpl_journal_add () returns. A run holds its journal locked: one that isn't
 * is dead's.
 */
#pragma once

#include "adapt/handles.h"
#include "tpl-shrink.h"

typedef struct {
  char *id;   /* of the run; names its file, and its guards' titles */
  char *path;
  TplFd fd;   /* locked */
} TplJournal;

/** The folder of the journals: tpl-shrink in XDG_STATE_HOME, else in /var/lib for root, else in the
 * user's ~/.local/state. The caller's. */
char *tpl_journal_folder (void);

/** Begins a run's journal. Errors: TPL_ERROR_RETRIABLE. */
TplJournal *tpl_journal_new (GError **error);
/** Lets go of it; the file stays. */
void tpl_journal_free (TplJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplJournal, tpl_journal_free)

/** Adds a record of these fields, durably. */
gboolean tpl_journal_add (TplJournal *journal, GError **error, const char *field, ...)
    G_GNUC_NULL_TERMINATED;
/** Nothing is left to finish or undo: removes the file. */
gboolean tpl_journal_close (TplJournal *journal, GError **error);

/** For tests of crashes: called before and after each record, with "close", and at each step that
 * lies between two records; in all journals. */
typedef void (*TplJournalHook) (const char *kind, gboolean is_written);
void tpl_journal_set_hook (TplJournalHook hook);
void tpl_journal_step (const char *what);

/** Opens the journals of runs that are dead. An array of TplJournal, the caller's. */
GPtrArray *tpl_journal_dead (void);
/** The records, each a NULL-terminated char **; a torn last one is left out. The caller's. */
GPtrArray *tpl_journal_read (const TplJournal *journal, GError **error);
