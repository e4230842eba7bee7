/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/**
 * Gives up, for good, what root may do and a run does not need; what it starts does not get it
 * back. `writes`: it makes disks, it does not only read them. Nothing happens to who is not root, nor
 * where a container lets nobody give anything up.
 */
void cli_privileges_drop (gboolean writes);
