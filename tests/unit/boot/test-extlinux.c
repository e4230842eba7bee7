/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where EXTLINUX is found, and where it can be carried over. */
#include "boot/boot.h"
#include "tpl-shrink.h"

#include <string.h>

#define SYS "/extlinux/ldlinux.sys"

/* A small file, from the fuzzer's corpus under that name. */
static GHashTable *
files_with (const char *name)
{
  g_autofree char *path = g_build_filename (LDLINUX_CORPUS, name, NULL);
  char *data = NULL;
  gsize length = 0;
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)g_bytes_unref);
  g_hash_table_insert (files, g_strdup (SYS), g_bytes_new_take (data, length));
  return files;
}

static void
test_detect (void)
{
  char code[512] = "SYSLINUX's";
  const TplBootDriver *driver = tpl_boot_find ("extlinux");
  g_autoptr (GHashTable) files = files_with ("good");
  g_autoptr (GHashTable) none = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) head = g_bytes_new (code, sizeof code);
  strcpy (code + 300, "GRUB ");
  g_autoptr (GBytes) taken_over = g_bytes_new (code, sizeof code);
  g_assert_true (driver->detect (head, files));
  g_assert_false (driver->detect (head, none));
  g_assert_false (driver->detect (taken_over, files));
}

static void
assert_checked (const char *id, const char *type, const char *file, const char *refused)
{
  g_autoptr (GHashTable) files = files_with (file);
  g_autoptr (GError) error = NULL;
  TplPlan *plan = tpl_value_new (&tpl_plan_type);
  plan->before = tpl_value_new (&tpl_inventory_type);
  plan->before->layout = tpl_value_new (&tpl_layout_type);
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup (id);
  partition->volume->type = g_strdup (type);
  partition->volume->mountpoint = g_strdup ("/boot");
  g_ptr_array_add (plan->before->layout->partitions, partition);
  gboolean fine = tpl_boot_find ("extlinux")->check (plan, NULL, NULL, files, &error);
  tpl_value_free (&tpl_plan_type, plan);
  g_assert_cmpint (fine, ==, !refused);
  if (!refused)
    return;
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, refused));
}

static void
test_check (void)
{
  assert_checked ("part:1", "ext4", "good", NULL);
  assert_checked ("part:1", "ext2", "good", NULL);
  assert_checked ("part:1", "xfs", "good", "not on xfs");
  assert_checked ("lv:os/boot", "ext4", "good", "on a partition");
  assert_checked ("part:1", "ext4", "bad-sum", "checksum is wrong");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extlinux/detect", test_detect);
  g_test_add_func ("/extlinux/check", test_check);
  return g_test_run ();
}
