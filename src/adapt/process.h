/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Programs of the host. */
#pragma once

#include "tpl-shrink.h"

/** Finds a program in PATH or in the administrator's folders, which an ordinary user's PATH often
 * lacks. The caller's; NULL if there is none. */
char *tpl_process_find (const char *program);

/**
 * Runs a program in the C locale, without input, and waits. `output` (may be NULL) gets what it
 * printed, the caller's. Errors: TPL_ERROR_HOST if the program is missing, TPL_ERROR_CANCELLED,
 * TPL_ERROR_FAILED with what it said on stderr.
 */
gboolean tpl_process_run (const char *const *argv, char **output, GCancellable *cancellable,
                          GError **error);

/** Waits for a child's end, having killed it if so wanted. TRUE if it ended by itself, with status
 * 0. */
gboolean tpl_process_reap (GPid pid, gboolean kill_it);

/** A program that is to run within a time limit. */
typedef struct {
  const char *const *argv;    /* with its path, ended by NULL */
  int input;                  /* a descriptor that it reads; stays the caller's */
  GSpawnChildSetupFunc setup; /* called in the child before it is the program; may be NULL */
  double limit_seconds;       /* it is killed after so long */
} TplTrial;

typedef struct {
  gboolean is_late;   /* it was killed */
  gboolean succeeded; /* it ended by itself, with status 0 */
  char *complaint;    /* what it said on stderr; the caller's */
} TplVerdict;

/** Runs it, in the C locale. FALSE, with a GSpawnError, if it could not be started. */
gboolean tpl_process_try (const TplTrial *trial, TplVerdict *verdict, GError **error);
