/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/shellvars.h"

#include "refs/cmdline.h"

#include <string.h>

/* Bytes up to and with the `=` of an assignment at a line's start; 0: the line is no assignment. */
static gsize
assignment (const char *line)
{
  gsize n = strspn (line, " \t");
  if (g_str_has_prefix (line + n, "export "))
    n += strlen ("export ");
  gsize name = n;
  while (g_ascii_isalnum (line[n]) || line[n] == '_')
    n++;
  if (n == name)
    return 0;
  if (line[n] == '+')
    n++;
  return line[n] == '=' ? n + 1 : 0;
}

/* Bytes of the quoted string's inside, up to the closing `quote`, the end, or nothing closing it.
 */
static gsize
quoted_length (const char *text, char quote)
{
  gsize n = 0;
  while (text[n] != '\0' && text[n] != quote) {
    if (quote == '"' && text[n] == '\\' && text[n + 1] != '\0')
      n++;
    n++;
  }
  return n;
}

static void
edit_value (const TplRefEdit *edit, const char *text, gsize length, const char *if_removed,
            GString *out)
{
  g_autofree char *value = g_strndup (text, length);
  g_autofree char *changed = NULL;
  if (tpl_ref_map_device (edit->map, value, &changed) == TPL_REF_REMOVED)
    g_string_append (out, if_removed);
  else
    tpl_cmdline_edit (edit, value, out);
}

/* Appends the edited value that begins at `text`; returns its length. It ends at an unquoted blank.
 */
static gsize
edit_assigned (const TplRefEdit *edit, const char *text, const char *if_removed, GString *out)
{
  gsize at = 0;
  while (text[at] != '\0' && strchr (" \t\r\n;", text[at]) == NULL) {
    char quote = text[at];
    if (quote != '"' && quote != '\'') {
      gsize bare = strcspn (text + at, " \t\r\n;\"'");
      edit_value (edit, text + at, bare, if_removed, out);
      at += bare;
      continue;
    }
    gsize length = quoted_length (text + at + 1, quote);
    g_string_append_c (out, quote);
    edit_value (edit, text + at + 1, length, if_removed, out);
    at += 1 + length;
    if (text[at] == quote) {
      g_string_append_c (out, quote);
      at++;
    }
  }
  return at;
}

void
tpl_shellvars_edit (const TplRefEdit *edit, const char *text, const char *if_removed, GString *out)
{
  while (*text != '\0') {
    gsize prefix = assignment (text);
    if (prefix > 0) {
      g_string_append_len (out, text, (gssize)prefix);
      text += prefix;
      text += edit_assigned (edit, text, if_removed, out);
    }
    gsize rest = strcspn (text, "\n");
    rest += text[rest] == '\n' ? 1 : 0;
    g_string_append_len (out, text, (gssize)rest);
    text += rest;
  }
}
