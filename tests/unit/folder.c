/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"

#include <glib/gstdio.h>

void
folder_make (Folder *folder, gconstpointer data)
{
  (void)data;
  folder->root = g_dir_make_tmp ("tpl-test-XXXXXX", NULL);
  g_assert_nonnull (folder->root);
  g_assert_cmpint (g_chmod (folder->root, 0755), ==, 0);
}

void
folder_remove (Folder *folder, gconstpointer data)
{
  (void)data;
  const char *argv[] = {"rm", "-r", folder->root, NULL};
  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (folder->root);
}

char *
folder_put (const Folder *folder, const char *path, const char *text, guint mode)
{
  char *whole = g_build_filename (folder->root, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
  g_assert_cmpint (g_chmod (whole, mode), ==, 0);
  return whole;
}
