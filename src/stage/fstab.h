/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading fstab(5): which volume the guest mounts where. */
#pragma once

#include "stage/run.h"

/** Adds a TplGuestMount for every line of `text` that mounts a volume of the layout, named in any
 * spelling, also one in an encrypted volume, which `crypttab` (crypttab(5)'s text, or NULL) names.
 * Returns the lines' devices that are no volume of it (char *, escaped; the array is the
 * caller's). */
GPtrArray *tpl_fstab_read (const char *text, const char *crypttab, TplLayout *layout,
                           GPtrArray *mounts);
