/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lvm.conf(5): lists of VGs that may be activated (volume_list, auto_activation_volume_list, ...) hold
 * "VG" and "VG/LV"; filters hold patterns of device paths, which only a human can judge. */
#include "refs/refs.h"
#include "refs/sweep.h"

#include <string.h>

/* Appends `line` with the strings in it that are a VG's or an LV's name translated. */
static void
edit_list (const TplRefEdit *edit, const char *line, GString *out)
{
  g_auto (GStrv) parts = g_strsplit (line, "\"", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    g_autofree char *changed = NULL;
    gboolean quoted = i % 2 == 1;
    if (i > 0)
      g_string_append_c (out, '"');
    TplRefType type = strchr (parts[i], '/') != NULL ? TPL_REF_LV : TPL_REF_VG;
    if (quoted && tpl_ref_map_name (edit->map, type, parts[i], &changed) == TPL_REF_CHANGED)
      g_string_append (out, changed);
    else
      tpl_sweep (edit->map, parts[i], strlen (parts[i]), out);
  }
}

static gboolean
is_filter (const char *line)
{
  const char *word = line + strspn (line, " \t");
  return g_str_has_prefix (word, "filter") || g_str_has_prefix (word, "global_filter");
}

static gboolean
edit_conf (const TplRefEdit *edit, const char *text, GString *out, GError **error G_GNUC_UNUSED)
{
  gboolean in_list = FALSE;
  while (*text != '\0') {
    gsize length = strcspn (text, "\n");
    length += text[length] == '\n' ? 1 : 0;
    g_autofree char *line = g_strndup (text, length);
    text += length;

    gboolean comment = tpl_is_comment (line);
    in_list = in_list || (!comment && strstr (line, "volume_list") != NULL);
    if (!comment && is_filter (line))
      tpl_ref_warn (edit, "a filter of devices is set; look whether it lets LVM see the new disk");
    if (in_list && !comment)
      edit_list (edit, line, out);
    else
      tpl_sweep (edit->map, line, length, out);
    in_list = in_list && (comment || strchr (line, ']') == NULL);
  }
  return TRUE;
}

static const char *const paths[] = {
  "/etc/lvm/lvm.conf", "/etc/lvm/lvmlocal.conf", "/etc/lvm/profile/*", NULL,
};

const TplRefKind tpl_ref_kind_lvm_conf = {
  .name = "lvm-conf",
  .paths = paths,
  .edit = edit_conf,
};
