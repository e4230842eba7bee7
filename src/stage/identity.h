/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What every name and UUID of the source became on the target. */
#pragma once

#include "plan/plan.h"
#include "refs/ref-map.h"

/** The map from the plan's `before` to its `after`: filesystems, swap, partitions, the table,
 * volume groups. What stays the same is in it too, so that a name that is in nothing is known as
 * foreign. The caller's. */
TplRefMap *tpl_identity_map (const TplPlan *plan);
