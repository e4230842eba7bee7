/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where GRUB is installed when the guest updates it: names of disks, by serial number as a rule. */
#include "refs/refs.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  for (guint i = 0; !tpl_is_comment (line) && words[i] != NULL; i++) {
    g_autofree char *unused = NULL;
    tpl_ref_edit_device (edit, words[i], &unused);
  }
  return tpl_edit_line_keep (edit, line, out);
}

static const char *const paths[] = {
    "/boot/grub/device.map",
    "/boot/grub2/device.map",
    "/etc/default/grub_installdevice",
    NULL,
};

const TplRefKind tpl_ref_kind_install_device = {
    .name = "install-device",
    .paths = paths,
    .edit_line = edit_line,
};
