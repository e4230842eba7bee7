/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dracut.conf(5): kernel_cmdline=, add_device=, fstab_lines= name devices. */
#include "refs/refs.h"
#include "refs/shellvars.h"

static gboolean
edit_conf (const TplRefEdit *edit, const char *text, GString *out, GError **error G_GNUC_UNUSED)
{
  tpl_shellvars_edit (edit, text, "", out);
  return TRUE;
}

static const char *const paths[] = { "/etc/dracut.conf", "/etc/dracut.conf.d/*.conf", NULL };

const TplRefKind tpl_ref_kind_dracut_conf = {
  .name = "dracut-conf",
  .paths = paths,
  .edit = edit_conf,
};
