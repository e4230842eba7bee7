/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/inventory.h"

static TplInventory *
make_inventory (void)
{
  TplInventory *inventory = tpl_value_new (&tpl_inventory_type);
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  TplLogicalVolume *root = tpl_value_new (&tpl_logical_volume_type);

  inventory->source = g_strdup ("tpl004.img");
  inventory->layout = tpl_value_new (&tpl_layout_type);
  partition->number = 2;
  partition->bootable = TRUE;
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup ("part:2");
  g_ptr_array_add (inventory->layout->partitions, partition);
  root->volume = tpl_value_new (&tpl_volume_type);
  root->volume->id = g_strdup ("lv:os/root");
  tpl_volume_set_fact (root->volume, "block_bytes", 4096);
  g_ptr_array_add (group->logical_volumes, root);
  g_ptr_array_add (inventory->layout->volume_groups, group);
  return inventory;
}

static void
test_new_is_empty (void)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);

  g_assert_cmpuint (layout->size_bytes, ==, 0);
  g_assert_null (layout->table);
  g_assert_nonnull (layout->partitions);
  g_assert_cmpuint (layout->partitions->len, ==, 0);
  tpl_value_free (&tpl_layout_type, layout);
  tpl_value_free (&tpl_layout_type, NULL);
}

static void
test_copy_is_deep_and_equal (void)
{
  TplInventory *inventory = make_inventory ();
  TplInventory *copy = tpl_value_copy (&tpl_inventory_type, inventory);
  TplVolume *root = tpl_layout_find (copy->layout, "lv:os/root");

  g_assert_true (tpl_value_equal (&tpl_inventory_type, inventory, copy));
  g_assert_true (root != tpl_layout_find (inventory->layout, "lv:os/root"));
  tpl_volume_set_fact (root, "block_bytes", 512);
  g_assert_false (tpl_value_equal (&tpl_inventory_type, inventory, copy));
  tpl_value_free (&tpl_inventory_type, inventory);
  g_assert_cmpuint (tpl_volume_get_fact (root, "block_bytes", 0), ==, 512);
  tpl_value_free (&tpl_inventory_type, copy);
  g_assert_null (tpl_value_copy (&tpl_inventory_type, NULL));
}

/* Every kind of member must count. */
static void
test_equal_sees_every_member (void)
{
  TplInventory *a = make_inventory ();
  TplPartition *partition = g_ptr_array_index (a->layout->partitions, 0);
  TplInventory *b;

  g_assert_true (tpl_value_equal (&tpl_inventory_type, NULL, NULL));
  g_assert_false (tpl_value_equal (&tpl_inventory_type, a, NULL));

  b = tpl_value_copy (&tpl_inventory_type, a);
  partition->bootable = 5; /* any true is TRUE */
  g_assert_true (tpl_value_equal (&tpl_inventory_type, a, b));
  partition->bootable = FALSE;
  g_assert_false (tpl_value_equal (&tpl_inventory_type, a, b));
  partition->bootable = TRUE;
  partition->number = 3;
  g_assert_false (tpl_value_equal (&tpl_inventory_type, a, b));
  partition->number = 2;
  partition->name = g_strdup ("");
  g_assert_false (tpl_value_equal (&tpl_inventory_type, a, b));
  g_clear_pointer (&partition->name, g_free);
  g_assert_true (tpl_value_equal (&tpl_inventory_type, a, b));
  g_ptr_array_add (a->layout->partitions, tpl_value_new (&tpl_partition_type));
  g_assert_false (tpl_value_equal (&tpl_inventory_type, a, b));
  tpl_value_free (&tpl_inventory_type, a);
  tpl_value_free (&tpl_inventory_type, b);
}

static void
test_volumes_and_facts (void)
{
  TplInventory *inventory = make_inventory ();
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (inventory->layout);
  TplVolume *volume;

  g_assert_cmpuint (volumes->len, ==, 2);
  g_assert_cmpstr (((TplVolume *)g_ptr_array_index (volumes, 0))->id, ==, "part:2");
  volume = tpl_layout_find (inventory->layout, "lv:os/root");
  g_assert_true (volume == g_ptr_array_index (volumes, 1));
  g_assert_null (tpl_layout_find (inventory->layout, "part:9"));
  g_assert_null (tpl_layout_find (inventory->layout, NULL));
  g_assert_cmpuint (tpl_volume_get_fact (volume, "crc", 7), ==, 7);
  tpl_volume_set_fact (volume, "crc", 0);
  g_assert_cmpuint (tpl_volume_get_fact (volume, "crc", 7), ==, 0);
  tpl_volume_set_fact (volume, "crc", 1);
  g_assert_cmpuint (tpl_volume_get_fact (volume, "crc", 7), ==, 1);
  g_assert_cmpuint (volume->facts->len, ==, 2);
  tpl_value_free (&tpl_inventory_type, inventory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/new-is-empty", test_new_is_empty);
  g_test_add_func ("/value/copy-is-deep-and-equal", test_copy_is_deep_and_equal);
  g_test_add_func ("/value/equal-sees-every-member", test_equal_sees_every_member);
  g_test_add_func ("/layout/volumes-and-facts", test_volumes_and_facts);
  return g_test_run ();
}
