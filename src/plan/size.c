/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/size.h"

char *
tpl_size_to_text (guint64 size_bytes)
{
  static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  guint64 unit = TPL_KIB;
  guint i = 0;
  guint64 tenths;

  if (size_bytes < TPL_KIB)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", size_bytes);
  while (i + 1 < G_N_ELEMENTS (names) && size_bytes / 1024 >= unit) {
    unit *= 1024;
    i++;
  }
  /* One decimal below 10 units, none above: two or more digits always. */
  tenths = size_bytes / unit * 10 + ((size_bytes % unit) * 10 + unit / 2) / unit;
  if (tenths >= 100 || tenths % 10 == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", (tenths + 5) / 10, names[i]);
  return g_strdup_printf ("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT " %s", tenths / 10,
                          tenths % 10, names[i]);
}
