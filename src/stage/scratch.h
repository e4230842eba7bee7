/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A run's scratch folder on the host: the toolbox, overlays, mirrors. A killed run leaves one
 * behind; the next run finds it unlocked and removes it. */
#pragma once

#include "tpl-shrink.h"

/** Removes what dead runs left in the temporary folder ($TMPDIR, or /var/tmp) and makes a new
 * folder there, locked through `lock_fd` as long as that is open. The caller's. */
char *tpl_scratch_new (int *lock_fd, GError **error);
/** Removes the folder with all that is in it. */
void tpl_scratch_remove (const char *folder);
