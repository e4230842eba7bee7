/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/edit.h"

#include <string.h>

void
tpl_ref_warn (const TplRefEdit *edit, const char *format, ...)
{
  if (edit->warnings == NULL)
    return;
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);

  g_autofree char *whole = g_strdup_printf ("%s: %s", edit->path, message);
  g_autoptr (GString) safe = g_string_new (NULL);
  for (const char *p = whole; *p != '\0'; p++)
    if (g_ascii_isprint (*p))
      g_string_append_c (safe, *p);
    else
      g_string_append_printf (safe, "\\%03o", (guchar)*p);
  g_ptr_array_add (edit->warnings, g_strdup (safe->str));
}

TplRefVerdict
tpl_ref_edit_device (const TplRefEdit *edit, const char *spec, char **changed)
{
  TplRefVerdict verdict = tpl_ref_map_device (edit->map, spec, changed);
  if (verdict == TPL_REF_FOREIGN)
    tpl_ref_warn (edit,
                  "%s names no device of this disk and was left as it is; look whether the "
                  "new machine has it",
                  spec);
  return verdict;
}

void
tpl_edit_lines (const TplRefEdit *edit, const char *text, TplLineFunc func, GString *out)
{
  while (*text != '\0') {
    gsize length = strcspn (text, "\n");
    gsize content = length > 0 && text[length - 1] == '\r' ? length - 1 : length;
    gsize whole = text[length] == '\n' ? length + 1 : length;
    g_autofree char *line = g_strndup (text, content);
    gsize mark = out->len;
    if (func (edit, line, out))
      g_string_append_len (out, text + content, (gssize)(whole - content));
    else
      g_string_truncate (out, mark);
    text += whole;
  }
}

gboolean
tpl_edit_line_keep (const TplRefEdit *edit G_GNUC_UNUSED, const char *line, GString *out)
{
  g_string_append (out, line);
  return TRUE;
}

gboolean
tpl_is_comment (const char *line)
{
  const char *first = line + strspn (line, " \t");
  return *first == '\0' || *first == '#';
}

/* The top has the same number in every btrfs. */
#define TOP_SUBVOLUME 5

/* A path that no list of options, fstab's field or command line would split. */
static gboolean
is_plain_path (const char *path)
{
  for (; *path != '\0'; path++)
    if (!g_ascii_isalnum (*path) && strchr ("/@._-+:", *path) == NULL)
      return FALSE;
  return TRUE;
}

/* subvolid=N alone: the path says the same; with subvol= beside it, that does. FALSE: it goes away.
 * A number that is unknown may be of another disk. */
static gboolean
edit_subvolid (const TplRefEdit *edit, const char *option, gboolean has_path, GString *out)
{
  guint64 id = 0;
  if (has_path)
    return FALSE;
  if (!g_ascii_string_to_unsigned (strchr (option, '=') + 1, 10, 0, G_MAXUINT64, &id, NULL)
      || id == 0 || id == TOP_SUBVOLUME)
    return tpl_edit_line_keep (edit, option, out);
  const char *path = tpl_ref_map_subvolume (edit->map, id);
  if (path != NULL && is_plain_path (path)) {
    g_string_append_printf (out, "subvol=/%s", path);
    return TRUE;
  }
  tpl_ref_warn (edit, "%s may be a number of the old filesystem: name the subvolume by subvol=",
                option);
  return tpl_edit_line_keep (edit, option, out);
}

/* Appends one option; FALSE when it must go away. */
static gboolean
edit_mount_option (const TplRefEdit *edit, const char *option, gboolean has_path, GString *out)
{
  if (tpl_ref_map_drops_subvolids (edit->map) && g_str_has_prefix (option, "subvolid="))
    return edit_subvolid (edit, option, has_path, out);

  const char *value = strchr (option, '=');
  g_autofree char *changed = NULL;
  TplRefVerdict verdict =
      value == NULL ? TPL_REF_UNCHANGED : tpl_ref_map_device (edit->map, value + 1, &changed);
  if (verdict == TPL_REF_REMOVED)
    return FALSE;
  if (verdict != TPL_REF_CHANGED)
    return tpl_edit_line_keep (edit, option, out);
  g_string_append_len (out, option, value + 1 - option);
  g_string_append (out, changed);
  return TRUE;
}

void
tpl_edit_mount_options (const TplRefEdit *edit, const char *options, GString *out)
{
  g_auto (GStrv) parts = g_strsplit (options, ",", -1);
  gboolean first = TRUE, has_path = FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    has_path |= g_str_has_prefix (parts[i], "subvol=");
  for (guint i = 0; parts[i] != NULL; i++) {
    gsize mark = out->len;
    if (!first)
      g_string_append_c (out, ',');
    if (edit_mount_option (edit, parts[i], has_path, out))
      first = FALSE;
    else
      g_string_truncate (out, mark);
  }
}
