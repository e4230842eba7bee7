/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Runs a job in a thread of its own while the caller's thread shows its progress. */
#pragma once

#include "cli/progress.h"

typedef enum {
  CLI_RUN_PLAN, /* tpl_job_plan () */
  CLI_RUN_JOB,  /* tpl_job_run () */
} CliRunWhat;

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
