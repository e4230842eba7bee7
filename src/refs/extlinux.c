/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYSLINUX and EXTLINUX: keywords in any case; APPEND has the kernel's arguments. */
#include "refs/cmdline.h"
#include "refs/refs.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  static const char append[] = "append";
  gsize skip = strspn (line, " \t");
  if (g_ascii_strncasecmp (line + skip, append, strlen (append)) != 0)
    return tpl_edit_line_keep (edit, line, out);
  skip += strlen (append);
  g_string_append_len (out, line, (gssize)skip);
  tpl_cmdline_edit (edit, line + skip, out);
  return TRUE;
}

static const char *const paths[] = {
    "/boot/extlinux.conf",
    "/boot/extlinux/*.conf",
    "/boot/syslinux/*.cfg",
    "/boot/efi/EFI/**/extlinux.conf",
    NULL,
};

const TplRefKind tpl_ref_kind_extlinux = {
    .name = "extlinux",
    .paths = paths,
    .edit_line = edit_line,
};
