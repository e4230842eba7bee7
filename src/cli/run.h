/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Runs a job in a thread of its own while the caller's thread shows its progress. */
#pragma once

#include "cli/progress.h"

/** What is run: tpl_job_plan (), tpl_job_run () ... */
typedef gboolean (*CliRunWhat) (TplJob *job, GCancellable *cancellable, GError **error);

typedef struct {
  gboolean success;
  GError *error;  /* NULL on success; the caller's */
  int signal;     /* that stopped the job; 0: none came */
  double seconds; /* that it took */
} CliRunOutcome;

/**
 * Runs `job` to its end. SIGINT, SIGTERM and SIGHUP (unless they were ignored) cancel it; further
 * ones change nothing, for the job must clean up. The job's observer is this function's.
 */
CliRunOutcome cli_run (TplJob *job, CliRunWhat what, CliProgress *progress);
