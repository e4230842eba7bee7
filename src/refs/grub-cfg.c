/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's own script: grub.cfg, the ESP's stubs, and what users add. Only lines with a kernel's
 * arguments have a grammar of their own; elsewhere (search, set root=, hints, cryptomount, menu
 * ids) an identity is a UUID, lvmid/ or lvm/ name wherever it stands: the sweep's. */
#include "refs/cmdline.h"
#include "refs/refs.h"

#include <string.h>

static const char *const with_arguments[] = {
    "linux",  "linux16", "linuxefi",  "linuxxen",   "kernel",
    "module", "module2", "multiboot", "multiboot2", "options",
};

static gboolean
has_arguments (const char *line)
{
  const char *word = line + strspn (line, " \t");
  gsize length = strcspn (word, " \t");
  for (guint i = 0; i < G_N_ELEMENTS (with_arguments); i++)
    if (strlen (with_arguments[i]) == length && strncmp (word, with_arguments[i], length) == 0)
      return TRUE;
  /* EL8: set default_kernelopts="root=... ro" */
  return length == strlen ("set") && strncmp (word, "set", length) == 0 &&
         strstr (word, "kernelopts=") != NULL;
}

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  if (tpl_is_comment (line) || !has_arguments (line))
    return tpl_edit_line_keep (edit, line, out);

  const char *list = strstr (line, "kernelopts=\"");
  gsize skip = 0;
  if (list != NULL)
    skip = (gsize)(list - line) + strlen ("kernelopts=\"");
  g_string_append_len (out, line, (gssize)skip);
  tpl_cmdline_edit (edit, line + skip, out);
  return TRUE;
}

static const char *const paths[] = {
    "/boot/grub/*.cfg",       "/boot/grub2/*.cfg", "/boot/grub/*/*.cfg",   "/boot/grub2/*/*.cfg",
    "/boot/efi/EFI/**/*.cfg", "/efi/EFI/**/*.cfg", "/etc/grub.d/*_custom", NULL,
};

const TplRefKind tpl_ref_kind_grub_cfg = {
    .name = "grub-cfg",
    .paths = paths,
    .edit_line = edit_line,
};
