/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Plans to draw: made by hand, for no planner stands behind the program's tests. */
#pragma once

#include "plan/plan.h"

/** The names of all samples, ending with NULL. */
extern const char *const sample_plan_names[];

/** The sample of this name, or NULL. The caller's (tpl_plan_type). */
TplPlan *sample_plan_new (const char *name);
