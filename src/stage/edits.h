/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Changes of the target's guest, kept for the comparison, which must find them and nothing else,
 * and for the receipt. */
#pragma once

#include "refs/gathered.h"
#include "stage/run.h"

/** Keeps a change ("edited", "created", "removed") of the guest's path. */
void tpl_edits_add (TplRun *run, const char *what, const char *path);
/** Keeps the edit of a file. */
gboolean tpl_edits_add_change (TplRun *run, const TplGatheredChange *change, GError **error);
