/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Arguments of the programs that make filesystems. */
#pragma once

#include <glib.h>

/** Adds a word (an option, a device) and the number that belongs to it. */
static inline void
tpl_argv_add_number (GStrvBuilder *argv, const char *word, guint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  g_strv_builder_add_many (argv, word, text, NULL);
}
