/* SPDX-License-Identifier: GPL-3.0-or-later */
/** systemd's names of device units, as systemd.unit(5) ("string escaping") has them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** "dev-mapper-os\x2droot" -> "/dev/mapper/os-root"; NULL for what is no such escape.
 * Free with g_free (). */
char *tpl_unit_name_to_path (const char *name);

/** The inverse. `path` is absolute. Free with g_free (). */
char *tpl_unit_name_from_path (const char *path);

/** Turns \xNN (two hexadecimal digits) into the byte; NULL when an escape is malformed or NUL.
 * Free with g_free (). */
char *tpl_unescape_hex (const char *text);

G_END_DECLS
