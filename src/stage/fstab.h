/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Reading fstab(5): which volume the guest mounts where. */
#pragma once

#include "plan/layout.h"

/** Sets the mountpoint of every volume that a line of `text` names, in any spelling, also those in encrypted
 * ones, which `crypttab` (crypttab(5)'s text, or NULL) names. Returns the
 * lines' devices that are no volume of the layout (char *, escaped; the array is the caller's). */
GPtrArray *tpl_fstab_apply (const char *text, const char *crypttab, TplLayout *layout);
