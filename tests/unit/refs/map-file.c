/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map-file.h"

#include <string.h>
#include <tpl-shrink.h>

/* The library's, which these tests do not link. */
G_DEFINE_QUARK (tpl - error - quark, tpl_error)

static const struct {
  const char *group;
  TplRefType type;
} groups[] = {
    {"uuid", TPL_REF_UUID},
    {"label", TPL_REF_LABEL},
    {"partuuid", TPL_REF_PARTUUID},
    {"partlabel", TPL_REF_PARTLABEL},
    {"ptuuid", TPL_REF_PTUUID},
    {"lvm-uuid", TPL_REF_LVM_UUID},
    {"vg", TPL_REF_VG},
    {"lv", TPL_REF_LV},
    {"partition", TPL_REF_PARTITION},
};

static TplRefMap *
map_from_key_file (GKeyFile *file)
{
  TplRefMap *map = tpl_ref_map_new ();
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
    g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i].group, NULL, NULL);
    for (guint j = 0; keys != NULL && keys[j] != NULL; j++) {
      g_autofree char *now = g_key_file_get_value (file, groups[i].group, keys[j], NULL);
      tpl_ref_map_add (map, groups[i].type, keys[j], *now != '\0' ? now : NULL);
    }
  }
  tpl_ref_map_set_drops_subvolids (
      map, g_key_file_get_boolean (file, "options", "drops-subvolids", NULL));
  g_auto (GStrv) ids = g_key_file_get_keys (file, "subvolumes", NULL, NULL);
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++) {
    g_autofree char *path = g_key_file_get_value (file, "subvolumes", ids[i], NULL);
    tpl_ref_map_add_subvolume (map, g_ascii_strtoull (ids[i], NULL, 10), path);
  }
  return map;
}

TplRefMap *
map_from_file (const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  return map_from_key_file (file);
}

TplRefMap *
map_from_text (const char *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  return map_from_key_file (file);
}
