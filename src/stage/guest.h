/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The system on the disk: which files it has, and how it mounts its filesystems. */
#pragma once

#include "stage/run.h"

/** Where the target's filesystems are mounted in the appliance while the guest is edited. */
#define TPL_GUEST_FOLDER "/guest"

/** Finds the root filesystem and fills inventory->guest and every volume's mountpoint. A disk without a
 * system is fine. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_guest_inspect (TplRun *run, GError **error);

/**
 * Fetches files below a folder of the appliance, as a newc archive. `list` is what `tpl-helper gather`
 * reads: lines "file GLOB", "initrd GLOB", "member GLOB". The caller's.
 */
GBytes *tpl_guest_gather (TplRun *run, const char *folder, const char *list, GError **error);
