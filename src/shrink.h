/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The pipeline. */
#pragma once

#include "stage/run.h"

/** resolve, inspect, plan: writes nothing that stays. */
gboolean tpl_shrink_plan (TplRun *run, GError **error);
/** All stages. */
gboolean tpl_shrink (TplRun *run, GError **error);

/** Compares SOURCE with a receipt. See tpl_job_verify (). */
gboolean tpl_shrink_verify (TplRun *run, GError **error);
