/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/text.h"

#include <string.h>

CliCharset
cli_charset_of_locale (void)
{
  return g_get_charset (NULL) ? CLI_UTF8 : CLI_ASCII;
}

char *
cli_size (guint64 bytes)
{
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  unsigned unit = 0;
  guint64 unit_bytes = 1;
  while (unit + 1 < G_N_ELEMENTS (units) && bytes / unit_bytes >= 1024) {
    unit++;
    unit_bytes <<= 10;
  }
  if (unit == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " B", bytes);

  /* In hundredths and with integers: printf's %f would follow the locale's decimal comma. */
  guint64 whole = bytes / unit_bytes;
  guint64 rest = bytes % unit_bytes;
  guint64 step = whole >= 100 ? 100 : whole >= 10 ? 10 : 1;
  guint64 shift = unit >= 6 ? 10 : 0; /* where rest * 100 could overflow */
  guint64 steps =
      ((rest >> shift) * (100 / step) + (unit_bytes >> shift) / 2) / (unit_bytes >> shift);
  guint64 value = whole * 100 + steps * step;
  if (value >= 102400 && unit + 1 < G_N_ELEMENTS (units)) {
    value = 100;
    unit++;
  }
  if (value % 100 == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", value / 100, units[unit]);
  if (value % 10 == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT " %s", value / 100,
                            value % 100 / 10, units[unit]);
  return g_strdup_printf ("%" G_GUINT64_FORMAT ".%02" G_GUINT64_FORMAT " %s", value / 100,
                          value % 100, units[unit]);
}

char *
cli_whole_duration (double seconds)
{
  if (!(seconds > 0))
    seconds = 0;
  if (seconds > 8639999)
    return g_strdup ("over 99 days");
  guint whole = (guint)(seconds + 0.5);
  if (whole < 60)
    return g_strdup_printf ("%u s", whole);
  if (whole < 3600)
    return g_strdup_printf ("%u min %u s", whole / 60, whole % 60);
  return g_strdup_printf ("%u h %u min", whole / 3600, whole % 3600 / 60);
}

char *
cli_duration (double seconds)
{
  double tenths = seconds > 0 ? seconds * 10 + 0.5 : 0;
  if (tenths >= 100)
    return cli_whole_duration (seconds);
  return g_strdup_printf ("%u.%u s", (guint)tenths / 10, (guint)tenths % 10);
}

/* What could move the cursor, reorder the line or hide in it. */
static gboolean
is_harmless (gunichar c)
{
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT: /* bidirectional overrides, zero-width joiners */
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return FALSE;
  default:
    return TRUE;
  }
}

char *
cli_escape (const char *text, CliCharset charset)
{
  GString *safe = g_string_new (NULL);
  const char *end = text + strlen (text);
  for (const char *p = text; p < end;) {
    gunichar c = g_utf8_get_char_validated (p, end - p);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
      g_string_append_printf (safe, "\\x%02x", (guchar)*p++);
      continue;
    }
    const char *next = g_utf8_next_char (p);
    if (c < 0x20 || c == 0x7f)
      g_string_append_printf (safe, "\\x%02x", c);
    else if (c < 0x80 || (charset == CLI_UTF8 && is_harmless (c)))
      g_string_append_len (safe, p, next - p);
    else
      g_string_append_printf (safe, "\\u{%x}", c);
    p = next;
  }
  return g_string_free (safe, FALSE);
}

char *
cli_escape_lines (const char *text, CliCharset charset)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *safe = g_string_new (NULL);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] == '\0')
      continue;
    g_autofree char *line = cli_escape (lines[i], charset);
    g_string_append_printf (safe, "%s%s", safe->len == 0 ? "" : "\n  ", line);
  }
  return g_string_free (safe, FALSE);
}

static int
columns_of (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

int
cli_columns (const char *text)
{
  int columns = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    columns += columns_of (g_utf8_get_char (p));
  return columns;
}

/* The end of the longest start of `text` that takes at most `columns`; sets what it takes. */
static const char *
cut (const char *text, int columns, int *taken)
{
  const char *p = text;
  *taken = 0;
  while (*p != '\0') {
    int width = columns_of (g_utf8_get_char (p));
    if (*taken + width > columns)
      break;
    *taken += width;
    p = g_utf8_next_char (p);
  }
  return p;
}

char *
cli_fit (const char *text, int columns)
{
  if (columns <= 0)
    return g_strdup ("");
  int taken;
  const char *end = cut (text, columns, &taken);
  if (*end == '\0')
    return g_strdup_printf ("%s%*s", text, columns - taken, "");
  end = cut (text, columns - 1, &taken);
  g_autofree char *start = g_strndup (text, (gsize)(end - text));
  return g_strdup_printf ("%s~%*s", start, columns - 1 - taken, "");
}

char *
cli_wrap (const char *text, int indent, int columns)
{
  int room = MAX (columns - indent, 8);
  GString *wrapped = g_string_new (NULL);
  const char *p = text;
  for (;;) {
    int taken;
    const char *end = cut (p, room, &taken);
    if (*end == '\0') {
      g_string_append (wrapped, p);
      return g_string_free (wrapped, FALSE);
    }
    /* `end` stands on what no longer fits: a space there ends the line as well. */
    const char *space = end;
    while (space > p && *space != ' ')
      space--;
    const char *line_end = space > p ? space : end;
    g_string_append_len (wrapped, p, line_end - p);
    g_string_append_printf (wrapped, "\n%*s", indent, "");
    for (p = line_end; *p == ' '; p++)
      ;
  }
}
