/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kdump.conf(5): "xfs UUID=..." and the like say where dumps go. */
#include "refs/refs.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  gsize start = strcspn (line, " \t");
  start += strspn (line + start, " \t");
  g_autofree char *target = g_strndup (line + start, strcspn (line + start, " \t"));
  g_autofree char *changed = NULL;
  TplRefVerdict verdict =
      tpl_is_comment (line) ? TPL_REF_UNCHANGED : tpl_ref_edit_device (edit, target, &changed);
  if (verdict != TPL_REF_CHANGED)
    return tpl_edit_line_keep (edit, line, out);
  g_string_append_len (out, line, (gssize)start);
  g_string_append (out, changed);
  return tpl_edit_line_keep (edit, line + start + strlen (target), out);
}

static const char *const paths[] = {"/etc/kdump.conf", NULL};

const TplRefKind tpl_ref_kind_kdump_conf = {
    .name = "kdump-conf",
    .paths = paths,
    .edit_line = edit_line,
};
