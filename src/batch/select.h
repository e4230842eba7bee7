/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Jobs for many domains at once. */
#pragma once

#include "batch/job.h"

/**
 * Puts, in place of each job whose SOURCE is dom:PATTERN, a job for each stopped domain whose name
 * matches (a shell pattern: it has *, ? or [). "{}" in its TARGET and options' values becomes the
 * domain's name. Then numbers all jobs from 1. The result is the caller's; `jobs` stays. Errors:
 * TPL_ERROR_USAGE (no "{}" in TARGET), TPL_ERROR_REFUSED (no such domain, or no libvirt),
 * TPL_ERROR_RETRIABLE.
 */
GPtrArray *tpl_batch_select (const GPtrArray *jobs, GError **error);

/** `text` with `name` in place of each "{}". The caller's. */
char *tpl_batch_select_replace (const char *text, const char *name);
