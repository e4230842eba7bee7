/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Fixtures of plans, shared by tests and the fuzzer. */
#pragma once

#include "fs/fs-plan.h"
#include "plan/plan.h"

/** The drivers that exist, as the program's own registry would give them. */
const TplFsTraits *golden_lookup (const char *type);

/** The value of tpl_inventory_type (or `type`) in a JSON file. Fails the test if it is none. */
gpointer golden_read (const char *directory, const char *file, const TplType *type);

/** Calls `test` with each folder of fixtures/plans, in order of their names; returns how many. */
typedef void (*GoldenFunc) (const char *directory, gconstpointer data);
guint golden_for_each (GoldenFunc test, gconstpointer data);
