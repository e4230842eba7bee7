/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The system on the disk: which files it has, and how it mounts its filesystems. */
#pragma once

#include "stage/run.h"

/** Finds the root filesystem and fills inventory->guest and every volume's mountpoint. A disk
 * without a system is fine. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_guest_inspect (TplRun *run, GError **error);
