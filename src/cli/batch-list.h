/* SPDX-License-Identifier: GPL-3.0-or-later */
/** JOBS: the list of a batch, as lines, JSON or YAML. */
#pragma once

#include "batch/job.h"

/**
 * Reads a list. What begins with "[" is JSON, with "- " or "---" YAML (a list of objects with
 * "source", "target" and "options", an object of option to value, or true for one that takes none);
 * all else is lines of words as a shell has them, of which # begins a comment. Paths become
 * absolute. An array of TplBatchJob, the caller's. Errors: TPL_ERROR_USAGE, saying where.
 */
GPtrArray *cli_batch_list_parse (const char *text, GError **error);
