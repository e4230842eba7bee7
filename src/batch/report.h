/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What became of a batch, for programs. Pure. */
#pragma once

#include "batch/batch.h"

/** A JSON object: "format", "status", "seconds", "counts", "jobs". The caller's. */
char *tpl_batch_report_json (const TplBatch *batch, double seconds);

/** A JUnit document: each job is a testcase; refused and failed ones have a <failure>, those that
 * were not done a <skipped>. Format: https://github.com/testmoapp/junitxml. The caller's. */
char *tpl_batch_report_junit (const TplBatch *batch, double seconds);
