/* SPDX-License-Identifier: GPL-3.0-or-later */
/** tpl_job_verify (): a disk against a receipt, read-only. Its stages; the disk is the run's
 * source. */
#pragma once

#include "stage/run.h"

/** Reads the receipt and its manifest, and looks at the disk as resolve does. Errors:
 * TPL_ERROR_REFUSED if one of both files is missing or damaged. */
gboolean tpl_check_resolve (TplRun *run, GError **error);
/** Compares. Each difference is a warning event, up to a thousand. Errors:
 * TPL_ERROR_VERIFICATION. */
gboolean tpl_check_compare (TplRun *run, GError **error);
