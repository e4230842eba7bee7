/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that hold a kernel command line and nothing else: kernel-install(8), dracut.cmdline(7). */
#include "refs/cmdline.h"
#include "refs/refs.h"

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  if (tpl_is_comment (line))
    return tpl_edit_line_keep (edit, line, out);
  tpl_cmdline_edit (edit, line, out);
  return TRUE;
}

static const char *const paths[] = {
    "/etc/kernel/cmdline*", "/etc/kernel/cmdline.d/*", "/usr/lib/kernel/cmdline",
    "/etc/cmdline",         "/etc/cmdline.d/*",        NULL,
};

const TplRefKind tpl_ref_kind_kernel_cmdline = {
    .name = "kernel-cmdline",
    .paths = paths,
    .edit_line = edit_line,
};
