/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/unit-name.h"

#include <string.h>

char *
tpl_unescape_hex (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p++) {
    if (*p != '\\') {
      g_string_append_c (out, *p);
      continue;
    }
    if (p[1] != 'x' || !g_ascii_isxdigit (p[2]) || !g_ascii_isxdigit (p[3]))
      return NULL;
    char byte = (char)(g_ascii_xdigit_value (p[2]) * 16 + g_ascii_xdigit_value (p[3]));
    if (byte == '\0')
      return NULL;
    g_string_append_c (out, byte);
    p += 3;
  }
  return g_strdup (out->str);
}

char *
tpl_unit_name_to_path (const char *name)
{
  g_autofree char *slashed = g_strconcat ("-", name, NULL);
  return tpl_unescape_hex (g_strdelimit (slashed, "-", '/'));
}

char *
tpl_unit_name_from_path (const char *path)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *start = path + strspn (path, "/");
  for (const char *p = start; *p != '\0'; p++) {
    gboolean plain = g_ascii_isalnum (*p) || *p == ':' || *p == '_' || (*p == '.' && p > start);
    if (*p == '/')
      g_string_append_c (out, '-');
    else if (plain)
      g_string_append_c (out, *p);
    else
      g_string_append_printf (out, "\\x%02x", (guchar)*p);
  }
  return g_strdup (out->str);
}
