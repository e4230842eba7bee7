/* SPDX-License-Identifier: GPL-3.0-or-later */
/* initramfs-tools' RESUME= (initramfs.conf(5)); `none` says that there is nothing to resume from.
 */
#include "refs/refs.h"
#include "refs/shellvars.h"

static gboolean
edit_resume (const TplRefEdit *edit, const char *text, GString *out, GError **error G_GNUC_UNUSED)
{
  tpl_shellvars_edit (edit, text, "none", out);
  return TRUE;
}

static const char *const paths[] = {
    "/etc/initramfs-tools/conf.d/*",
    "/etc/initramfs-tools/initramfs.conf",
    "/etc/uswsusp.conf",
    NULL,
};

const TplRefKind tpl_ref_kind_resume = {
    .name = "resume",
    .paths = paths,
    .edit = edit_resume,
};
