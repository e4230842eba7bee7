/* SPDX-License-Identifier: GPL-3.0-or-later */
/** When GRUB's core image, carried over byte for byte, would not find its way. */
#include "boot/boot.h"
#include "tpl-shrink.h"

#include <string.h>

#define OLD_UUID "11111111-2222-4333-8444-555555555555"
#define NEW_UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static TplRefMap *
map_to (const char *now)
{
  TplRefMap *map = tpl_ref_map_new ();
  tpl_ref_map_add (map, TPL_REF_UUID, OLD_UUID, now);
  return map;
}

/* A guest whose /boot is on a partition, or in its root's logical volume. */
static TplPlan *
plan_with_boot (const char *volume_id, const char *mountpoint)
{
  TplPlan *plan = tpl_value_new (&tpl_plan_type);
  plan->before = tpl_value_new (&tpl_inventory_type);
  plan->before->layout = tpl_value_new (&tpl_layout_type);
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->number = 1;
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup (volume_id);
  partition->volume->mountpoint = g_strdup (mountpoint);
  g_ptr_array_add (plan->before->layout->partitions, partition);
  return plan;
}

static gboolean
check (const char *volume_id, const char *mountpoint, const char *now, const char *load_cfg,
       GError **error)
{
  g_autoptr (TplRefMap) map = map_to (now);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify)g_bytes_unref);
  if (load_cfg)
    g_hash_table_insert (files, (gpointer) "/grub/i386-pc/load.cfg",
                         g_bytes_new (load_cfg, strlen (load_cfg)));
  TplPlan *plan = plan_with_boot (volume_id, mountpoint);
  gboolean fine = tpl_boot_find ("grub2")->check (plan, map, files, error);
  tpl_value_free (&tpl_plan_type, plan);
  return fine;
}

static void
test_partition (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (check ("part:1", "/boot", NEW_UUID, NULL, &error));
  g_assert_no_error (error);
}

static void
test_load_cfg (void)
{
  g_autoptr (GError) error = NULL;
  const char *old = "search.fs_uuid " OLD_UUID " root\n";
  g_assert_true (check ("part:1", "/boot", OLD_UUID, old, &error));
  g_assert_false (check ("part:1", "/boot", NEW_UUID, old, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

static void
test_boot_in_lvm (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (check ("lv:os/root", "/", OLD_UUID, NULL, &error));
  g_assert_false (check ("lv:os/root", "/", NEW_UUID, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub2/partition", test_partition);
  g_test_add_func ("/grub2/load-cfg", test_load_cfg);
  g_test_add_func ("/grub2/boot-in-lvm", test_boot_in_lvm);
  return g_test_run ();
}
