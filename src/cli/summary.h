/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a plan and a run look like in the end: pure functions from values to text. */
#pragma once

#include "cli/text.h"
#include "plan/plan.h"

/** What --plan prints: pictures in one scale, the table, the steps and the size. `target` may be
 * NULL. `columns` is the width of the terminal. The caller's. */
char *cli_plan_text (const TplPlan *plan, const char *target, CliCharset charset, int columns);

/** What is printed after a run: the table and one sentence, and what --verify left out ("full":
 * nothing). The caller's. */
char *cli_run_text (const TplPlan *plan, const char *target, const char *verify, double seconds,
                    CliCharset charset, int columns);
