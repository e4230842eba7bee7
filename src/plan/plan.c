/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

static const TplField step_fields[] = {
    TPL_STRING (TplStep, stage),
    TPL_STRING (TplStep, action),
    TPL_STRING (TplStep, object),
    TPL_STRING (TplStep, text),
    {0},
};
const TplType tpl_step_type = {"step", sizeof (TplStep), step_fields};

static const TplField plan_fields[] = {
    TPL_STRING (TplPlan, identity),
    TPL_VALUE (TplPlan, before, &tpl_inventory_type),
    TPL_VALUE (TplPlan, after, &tpl_layout_type),
    TPL_LIST (TplPlan, steps, &tpl_step_type),
    {0},
};
const TplType tpl_plan_type = {"plan", sizeof (TplPlan), plan_fields};

static const TplField options_fields[] = {
    TPL_UINT (TplPlanOptions, size_bytes),
    TPL_UINT (TplPlanOptions, capacity_bytes),
    TPL_UINT (TplPlanOptions, headroom_bytes),
    TPL_STRING (TplPlanOptions, swap),
    TPL_UINT (TplPlanOptions, swap_bytes),
    TPL_STRING (TplPlanOptions, vg_name),
    TPL_STRING (TplPlanOptions, identity),
    TPL_STRING (TplPlanOptions, seed),
    {0},
};
const TplType tpl_plan_options_type = {"options", sizeof (TplPlanOptions), options_fields};
