/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Boot Loader Specification's type 1 entries: "key value" lines; `options` is a command line.
 */
#include "refs/cmdline.h"
#include "refs/refs.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  gsize key = strspn (line, " \t");
  if (!g_str_has_prefix (line + key, "options") || strchr (" \t", line[key + 7]) == NULL)
    return tpl_edit_line_keep (edit, line, out);
  gsize skip = key + strlen ("options");
  skip += strspn (line + skip, " \t");
  g_string_append_len (out, line, (gssize)skip);
  tpl_cmdline_edit (edit, line + skip, out);
  return TRUE;
}

static const char *const paths[] = {
    "/boot/loader/entries/*.conf",
    "/boot/efi/loader/entries/*.conf",
    "/efi/loader/entries/*.conf",
    NULL,
};

const TplRefKind tpl_ref_kind_bls = {
    .name = "bls",
    .paths = paths,
    .edit_line = edit_line,
};
