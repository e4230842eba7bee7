/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fstab(5): device, mount point, type, options, dump, pass; blanks between. */
#include "refs/refs.h"

#include <string.h>

static const char blank[] = " \t";

/* Moves over one field and appends what is before it. Returns the field; free with g_free (). */
static char *
next_field (const char **at, GString *out)
{
  gsize gap = strspn (*at, blank);
  gsize length = strcspn (*at + gap, blank);
  g_string_append_len (out, *at, (gssize)gap);
  char *field = g_strndup (*at + gap, length);
  *at += gap + length;
  return field;
}

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  if (tpl_is_comment (line))
    return tpl_edit_line_keep (edit, line, out);

  const char *at = line;
  g_autofree char *device = next_field (&at, out);
  g_autofree char *changed = NULL;
  if (tpl_ref_edit_device (edit, device, &changed) == TPL_REF_REMOVED)
    return FALSE;
  g_string_append (out, changed != NULL ? changed : device);

  g_autofree char *mount_point = next_field (&at, out);
  g_string_append (out, mount_point);
  g_autofree char *type = next_field (&at, out);
  g_string_append (out, type);

  g_autofree char *options = next_field (&at, out);
  gsize mark = out->len;
  tpl_edit_mount_options (edit, options, out);
  /* An empty field would shift those behind it. */
  if (out->len == mark && *options != '\0')
    g_string_append (out, "defaults");
  return tpl_edit_line_keep (edit, at, out);
}

static const char *const paths[] = {"/etc/fstab", "/etc/fstab.*", "/etc/fstab.d/*", NULL};

const TplRefKind tpl_ref_kind_fstab = {
    .name = "fstab",
    .paths = paths,
    .edit_line = edit_line,
};
