/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/tree-copy.h"

gboolean
tpl_tree_copy (const TplFsDisk *disk, const TplFsCopy *copy,
               const char *const *options, GError **error)
{
  g_autofree char *total = g_strdup_printf ("%" G_GUINT64_FORMAT, copy->source->used_bytes);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  const char *const words[] = { "tpl-helper", "copy", "--progress", "/dev/console",
                                "--total-bytes", total };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (argv, (gpointer)words[i]);
  for (const char *const *option = options; option && *option; option++)
    g_ptr_array_add (argv, (gpointer)*option);
  if (copy->left_out) {
    g_ptr_array_add (argv, (gpointer) "--leave-out");
    g_ptr_array_add (argv, (gpointer)copy->left_out);
  }
  g_ptr_array_add (argv, (gpointer)copy->source_folder);
  g_ptr_array_add (argv, (gpointer)copy->target_folder);
  g_ptr_array_add (argv, NULL);
  return disk->run (disk, (const char *const *)argv->pdata, NULL, NULL, error);
}
