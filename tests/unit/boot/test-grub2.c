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
  partition->start_bytes = 1048576;
  partition->end_bytes = 2097152;
  plan->before->layout->size_bytes = 1 << 30;
  plan->before->layout->table = g_strdup ("msdos");
  g_ptr_array_add (plan->before->layout->partitions, partition);
  plan->after = tpl_value_copy (&tpl_layout_type, plan->before->layout);
  return plan;
}

/* A master boot record whose core begins at that sector. */
static GBytes *
head_with_core (guint8 sector_low, guint8 sector_high)
{
  guint8 mbr[512] = { 0 };
  mbr[0x5c] = sector_low;
  mbr[0x5d] = sector_high;
  return g_bytes_new (mbr, sizeof mbr);
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
  g_autoptr (GBytes) head = head_with_core (1, 0);
  gboolean fine = tpl_boot_find ("grub2")->check (plan, map, head, files, error);
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

/* Where core.img is: `sector` is its first, partition 1 has the sectors 2048 to 4095. */
static gboolean
check_core (const char *table, const char *type, guint64 new_start_bytes, guint sector,
            GError **error)
{
  g_autoptr (TplRefMap) map = map_to (OLD_UUID);
  g_autoptr (GHashTable) files = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) head = head_with_core ((guint8)sector, (guint8)(sector >> 8));
  TplPlan *plan = plan_with_boot ("part:1", "/");
  TplPartition *before = plan->before->layout->partitions->pdata[0];
  TplPartition *after = plan->after->partitions->pdata[0];
  g_free (plan->before->layout->table);
  plan->before->layout->table = g_strdup (table);
  before->type = g_strdup (type);
  after->start_bytes = new_start_bytes;
  gboolean fine = tpl_boot_find ("grub2")->check (plan, map, head, files, error);
  tpl_value_free (&tpl_plan_type, plan);
  return fine;
}

static void
test_core (void)
{
  static const char bios_boot[] = "21686148-6449-6e6f-744e-656564454649";
  static const char linux_data[] = "0fc63daf-8483-4772-8e79-3d69d8477de4";
  const struct {
    const char *table, *type;
    guint64 new_start_bytes;
    guint sector;
    const char *refused; /* NULL: taken */
  } cases[] = {
    { "msdos", "0x83", 1048576, 1, NULL },
    { "msdos", "0x83", 1048576, 3000, "block lists" },
    { "gpt", bios_boot, 1048576, 2048, NULL },
    { "gpt", bios_boot, 2097152, 2048, "would move" },
    { "gpt", linux_data, 1048576, 2048, "block lists" },
    { "gpt", bios_boot, 1048576, 34, "block lists" },
    { NULL, NULL, 1048576, 1, "block lists" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    gboolean fine = check_core (cases[i].table, cases[i].type, cases[i].new_start_bytes,
                                cases[i].sector, &error);
    g_assert_cmpint (fine, ==, !cases[i].refused);
    if (!cases[i].refused)
      continue;
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
    g_assert_nonnull (strstr (error->message, cases[i].refused));
  }
}

static void
test_legacy (void)
{
  g_autoptr (TplRefMap) map = map_to (OLD_UUID);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify)g_bytes_unref);
  g_autoptr (GBytes) head = head_with_core (1, 0);
  g_autoptr (GError) error = NULL;
  TplPlan *plan = plan_with_boot ("part:1", "/boot");
  g_hash_table_insert (files, (gpointer) "/grub/stage2", g_bytes_new (NULL, 0));
  g_assert_false (tpl_boot_find ("grub2")->check (plan, map, head, files, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "GRUB Legacy"));
  tpl_value_free (&tpl_plan_type, plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub2/partition", test_partition);
  g_test_add_func ("/grub2/load-cfg", test_load_cfg);
  g_test_add_func ("/grub2/boot-in-lvm", test_boot_in_lvm);
  g_test_add_func ("/grub2/core", test_core);
  g_test_add_func ("/grub2/legacy", test_legacy);
  return g_test_run ();
}
