/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden.h"

#include "json/value-json.h"

const TplFsTraits *
golden_lookup (const char *type)
{
  static const TplFsTraits *const all[] = {&tpl_xfs_traits, &tpl_ext_traits, &tpl_vfat_traits,
                                            &tpl_swap_traits, &tpl_data_traits};

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    if (tpl_fs_traits_are_of (all[i], type))
      return all[i];
  }
  return NULL;
}

gpointer
golden_read (const char *directory, const char *file, const TplType *type)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gpointer value;

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  value = tpl_value_from_json_text (type, text, -1, &error);
  if (error != NULL)
    g_test_message ("%s: %s", path, error->message);
  g_assert_no_error (error);
  return value;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

guint
golden_for_each (GoldenFunc test, gconstpointer data)
{
  const char *root = g_getenv ("TPL_PLANS");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_assert_nonnull (root);
  folder = g_dir_open (root, 0, NULL);
  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_build_filename (root, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    test (g_ptr_array_index (names, i), data);
  return names->len;
}
