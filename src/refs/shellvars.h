/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Files of shell assignments: NAME=value, NAME+="value", with blanks, comments and quotes. */
#pragma once

#include "refs/edit.h"

G_BEGIN_DECLS

/** Appends `text` to `out`. Every assigned value is edited as a command line (a device alone is one
 * of one word), within its quotes. `if_removed` is the value of a variable that named nothing but a
 * removed device. All other text is kept. Values may span lines. */
void tpl_shellvars_edit (const TplRefEdit *edit, const char *text, const char *if_removed,
                         GString *out);

G_END_DECLS
