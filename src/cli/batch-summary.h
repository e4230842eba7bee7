/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a batch is going to do, and what it did: text for people. Pure. */
#pragma once

#include "batch/batch.h"
#include "cli/text.h"

/** What --dry-run prints: a line a job, in the order in which they would start, and the totals. The
 * caller's. */
char *cli_batch_plan_text (const TplBatch *batch, CliCharset charset, int columns);

/** What is printed after a run: what became of all, and the bytes. The caller's. */
char *cli_batch_run_text (const TplBatch *batch, double seconds);
