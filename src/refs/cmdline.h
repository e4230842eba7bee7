/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Kernel command lines, wherever they stand: words between blanks, double quotes protect blanks
 * (lib/cmdline.c, next_arg ()); the words' order and everything that is not edited stay.
 */
#pragma once

#include "refs/edit.h"

G_BEGIN_DECLS

/** Appends `text`, a command line, to `out`: root=, resume=, rd.lvm.lv= and whatever else names a
 * device is translated; words that ask for a removed device (resume=, rd.lvm.lv=) go away. Quotes
 * may be escaped with a backslash, as within a shell's or GRUB's string; single quotes protect
 * blanks too. */
void tpl_cmdline_edit (const TplRefEdit *edit, const char *text, GString *out);

G_END_DECLS
