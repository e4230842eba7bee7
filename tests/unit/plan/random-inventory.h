/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Inventories and options that chance made: valid, and of many kinds. The same for the same seed.
 */
#pragma once

#include "plan/plan.h"

TplInventory *random_inventory (GRand *chance);
TplPlanOptions *random_options (GRand *chance);
