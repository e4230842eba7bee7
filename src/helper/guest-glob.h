/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Globs of paths. libc only: used inside the appliance and, by src/refs, outside. */
#ifndef TPL_HELPER_GUEST_GLOB_H
#define TPL_HELPER_GUEST_GLOB_H

#include <stdbool.h>

/* Whether PATH, as a whole, fits GLOB: `?` and `*` do not cross a slash, `**` does, [abc], [a-z]
   and [!x] are classes. Everything else is literal: there is no escape. Meant for globs of our own;
   takes exponential time only for many stars. */
bool tpl_glob_match (const char *glob, const char *path);

/* Whether TEXT holds a character that is not literal in a glob. */
bool tpl_glob_has_magic (const char *text);

#endif
