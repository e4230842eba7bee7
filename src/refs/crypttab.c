/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crypttab(5): name, device, key file, options; blanks between. */
#include "refs/refs.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  if (tpl_is_comment (line))
    return tpl_edit_line_keep (edit, line, out);

  static const char blank[] = " \t";
  gsize name = strspn (line, blank);
  name += strcspn (line + name, blank);
  gsize start = name + strspn (line + name, blank);
  gsize length = strcspn (line + start, blank);
  g_autofree char *device = g_strndup (line + start, length);
  g_autofree char *changed = NULL;
  if (tpl_ref_edit_device (edit, device, &changed) == TPL_REF_REMOVED)
    return FALSE;
  g_string_append_len (out, line, (gssize)start);
  g_string_append (out, changed != NULL ? changed : device);
  return tpl_edit_line_keep (edit, line + start + length, out);
}

static const char *const paths[] = {"/etc/crypttab", "/etc/crypttab.*", NULL};

const TplRefKind tpl_ref_kind_crypttab = {
    .name = "crypttab",
    .paths = paths,
    .edit_line = edit_line,
};
