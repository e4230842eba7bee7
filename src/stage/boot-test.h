/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The boot test: if asked for, the finished target is started once before it gets its name. The
 * machine writes an overlay, never the target. */
#pragma once

#include "stage/run.h"

/** After the plan: whether the test that was asked for can be made. Errors: TPL_ERROR_REFUSED,
 * TPL_ERROR_HOST. */
gboolean tpl_boot_test_check (const TplRun *run, GError **error);
/** Of a target that no appliance has open. Errors: tpl_machine_boot ()'s. */
gboolean tpl_boot_test (TplRun *run, GError **error);
