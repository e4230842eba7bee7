/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ways to fail that every room shares. The codes are in tpl-shrink.h. */
#pragma once

#include "tpl-shrink.h"

/** Sets `error` (domain TPL_ERROR) and returns FALSE, so that a caller can `return tpl_fail
 * (...)`. */
gboolean tpl_fail (GError **error, TplError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/** Gives an error of another domain (GIO's, GLib's) the code `code`; one of ours keeps its own. */
void tpl_error_adopt (GError **error, TplError code);
