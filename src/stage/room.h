/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Room for TARGET in the filesystem that it is a file of; a device has its own size. */
#pragma once

#include "stage/run.h"

/** Whether the planned target fits. A sparse file needs what it holds; its size is the bound.
 * Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_room_check (const TplRun *run, GError **error);

/** To be called for a stage's error: where the filesystem of TARGET or of the scratch
 * folder has run full meanwhile, it says so, and is TPL_ERROR_RETRIABLE. */
void tpl_room_explain (const TplRun *run, GError **error);
