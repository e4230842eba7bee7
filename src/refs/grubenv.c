/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's environment block: a header line, name=value lines, and `#` up to the block's size, which GRUB
 * never changes (it writes the block in place, by its sectors): 1024 bytes. */
#include "refs/cmdline.h"
#include "refs/refs.h"

#include <string.h>
#include <tpl-shrink.h>

static const char header[] = "# GRUB Environment Block\n";

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  /* EL8 keeps the arguments of all BLS entries here. */
  static const char arguments[] = "kernelopts=";
  if (!g_str_has_prefix (line, arguments))
    return tpl_edit_line_sweep (edit, line, out);
  g_string_append (out, arguments);
  tpl_cmdline_edit (edit, line + strlen (arguments), out);
  return TRUE;
}

static gboolean
edit_grubenv (const TplRefEdit *edit, const char *text, GString *out, GError **error)
{
  gsize size = strlen (text);
  if (!g_str_has_prefix (text, header)) {
    tpl_ref_warn (edit, "is no GRUB environment block: it was left as it is");
    g_string_append (out, text);
    return TRUE;
  }

  gsize content = size;
  while (text[content - 1] == '#')
    content--;
  g_autofree char *lines = g_strndup (text, content);
  gsize start = out->len;
  tpl_edit_lines (edit, lines, edit_line, out);
  gsize used = out->len - start;
  if (used > size) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_FAILED,
                 "%s: the new names need %" G_GSIZE_FORMAT " bytes and GRUB's environment block has %"
                 G_GSIZE_FORMAT "; give the volume group a shorter name", edit->path, used, size);
    return FALSE;
  }
  for (; used < size; used++)
    g_string_append_c (out, '#');
  return TRUE;
}

static const char *const paths[] = {
  "/boot/grub/grubenv", "/boot/grub2/grubenv", "/boot/efi/EFI/*/grubenv", "/efi/EFI/*/grubenv", NULL,
};

const TplRefKind tpl_ref_kind_grubenv = {
  .name = "grubenv",
  .paths = paths,
  .edit = edit_grubenv,
};
