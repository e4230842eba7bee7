/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What grub-mkconfig makes grub.cfg from. SUSE and Debian write GRUB_CMDLINE_*, Alpine its own file. */
#include "refs/refs.h"
#include "refs/shellvars.h"

static gboolean
edit_variables (const TplRefEdit *edit, const char *text, GString *out,
                GError **error G_GNUC_UNUSED)
{
  tpl_shellvars_edit (edit, text, "", out);
  return TRUE;
}

static const char *const paths[] = {
  "/etc/default/grub", "/etc/default/grub.d/*", "/etc/sysconfig/grub",   "/etc/default/kexec",
  "/etc/update-extlinux.conf",
  "/etc/zipl.conf",    "/etc/sysconfig/kdump",  "/etc/default/kdump-tools", NULL,
};

const TplRefKind tpl_ref_kind_grub_default = {
  .name = "grub-default",
  .paths = paths,
  .edit = edit_variables,
};
