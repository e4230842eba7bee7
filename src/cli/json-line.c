/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json-line.h"

#include <math.h>

void
cli_json_open (CliJsonLine *line)
{
  line->text = g_string_new ("{");
}

static void
append_string (GString *text, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_string_append_c (text, '"');
  for (const char *p = valid; *p != '\0'; p++) {
    /* RFC 8259, 7: what must be escaped. DEL need not, but a terminal should not get it. */
    if (*p == '"' || *p == '\\')
      g_string_append_printf (text, "\\%c", *p);
    else if ((guchar)*p < 0x20 || *p == 0x7f)
      g_string_append_printf (text, "\\u%04x", (guchar)*p);
    else
      g_string_append_c (text, *p);
  }
  g_string_append_c (text, '"');
}

static void
add_name (CliJsonLine *line, const char *name)
{
  if (line->text->len > 1)
    g_string_append_c (line->text, ',');
  append_string (line->text, name);
  g_string_append_c (line->text, ':');
}

void
cli_json_add_string (CliJsonLine *line, const char *name, const char *value)
{
  add_name (line, name);
  if (value == NULL)
    g_string_append (line->text, "null");
  else
    append_string (line->text, value);
}

void
cli_json_add_uint (CliJsonLine *line, const char *name, guint64 value)
{
  add_name (line, name);
  g_string_append_printf (line->text, "%" G_GUINT64_FORMAT, value);
}

void
cli_json_add_bool (CliJsonLine *line, const char *name, gboolean value)
{
  add_name (line, name);
  g_string_append (line->text, value ? "true" : "false");
}

void
cli_json_add_seconds (CliJsonLine *line, const char *name, double seconds)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE * 8]; /* "%.3f" of any double has 314 characters at most */
  add_name (line, name);
  g_ascii_formatd (buffer, sizeof buffer, "%.3f", isfinite (seconds) ? seconds : 0);
  g_string_append (line->text, buffer);
}

void
cli_json_add_null (CliJsonLine *line, const char *name)
{
  cli_json_add_raw (line, name, "null");
}

void
cli_json_add_strings (CliJsonLine *line, const char *name, const GPtrArray *values)
{
  add_name (line, name);
  g_string_append_c (line->text, '[');
  for (guint i = 0; i < values->len; i++) {
    if (i > 0)
      g_string_append_c (line->text, ',');
    append_string (line->text, values->pdata[i]);
  }
  g_string_append_c (line->text, ']');
}

void
cli_json_add_raw (CliJsonLine *line, const char *name, const char *json)
{
  add_name (line, name);
  g_string_append (line->text, json);
}

char *
cli_json_close (CliJsonLine *line)
{
  g_string_append_c (line->text, '}');
  return g_string_free (g_steal_pointer (&line->text), FALSE);
}
