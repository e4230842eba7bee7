/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units that an administrator wrote: What= of mounts and swaps is a device, Options= a mount's options;
 * elsewhere device units' names stand. A unit's own name may be the device's: that can't be edited. */
#include "refs/refs.h"
#include "refs/sweep.h"
#include "refs/unit-name.h"

#include <string.h>

static gboolean
edit_line (const TplRefEdit *edit, const char *line, GString *out)
{
  const char *value = strchr (line, '=');
  if (tpl_is_comment (line) || value == NULL)
    return tpl_edit_line_sweep (edit, line, out);

  value += 1 + strspn (value + 1, " \t");
  if (g_str_has_prefix (line, "Options")) {
    g_string_append_len (out, line, value - line);
    tpl_edit_mount_options (edit, value, out);
    return TRUE;
  }
  if (!g_str_has_prefix (line, "What"))
    return tpl_edit_line_sweep (edit, line, out);

  g_autofree char *changed = NULL;
  TplRefVerdict verdict = tpl_ref_edit_device (edit, value, &changed);
  if (verdict == TPL_REF_REMOVED)
    tpl_ref_warn (edit, "%s is not on the new disk; remove the unit in the guest", value);
  g_string_append_len (out, line, value - line);
  g_string_append (out, changed != NULL ? changed : value);
  return TRUE;
}

/* systemd wants a swap's unit to be named after the device that it swaps to. */
static void
warn_of_name (const TplRefEdit *edit)
{
  g_autofree char *name = g_path_get_basename (edit->path);
  char *dot = strrchr (name, '.');
  if (dot == NULL || strcmp (dot, ".swap") != 0)
    return;
  *dot = '\0';
  g_autofree char *device = tpl_unit_name_to_path (name);
  g_autofree char *changed = NULL;
  if (device == NULL || tpl_ref_map_device (edit->map, device, &changed) != TPL_REF_CHANGED)
    return;
  g_autofree char *better = tpl_unit_name_from_path (changed);
  tpl_ref_warn (edit, "the unit must be named %s.swap after its device: rename it in the guest", better);
}

static gboolean
edit_unit (const TplRefEdit *edit, const char *text, GString *out, GError **error G_GNUC_UNUSED)
{
  warn_of_name (edit);
  tpl_edit_lines (edit, text, edit_line, out);
  return TRUE;
}

static const char *const paths[] = {
  "/etc/systemd/system/*.mount",  "/etc/systemd/system/*.automount", "/etc/systemd/system/*.swap",
  "/etc/systemd/system/*.service", "/etc/systemd/system/*.d/*.conf", NULL,
};

const TplRefKind tpl_ref_kind_systemd_unit = {
  .name = "systemd-unit",
  .paths = paths,
  .edit = edit_unit,
};
