/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and UUIDs in cases that no fixture has. */
#include "golden.h"

#include "plan/size.h"
#include "tpl-shrink.h"

#include <string.h>

/* A filesystem of which nothing is asked but that it exists: ESPs have it. */
static gboolean
plan_vfat (const TplVolume *source, guint64 headroom, TplVolume *target, GError **error)
{
  (void)source, (void)headroom, (void)error;
  target->size_bytes = MAX (target->size_bytes, 40 * TPL_MIB);
  return TRUE;
}

static const TplFsTraits vfat = {.type = "vfat", .plan = plan_vfat};

static const TplFsTraits *
lookup (const char *type)
{
  return strcmp (type, "vfat") == 0 ? &vfat : golden_lookup (type);
}

static TplInventory *
read_inventory (void)
{
  g_autofree char *directory = g_build_filename (g_getenv ("TPL_PLANS"), "seed-new", NULL);

  return golden_read (directory, "inventory.json", &tpl_inventory_type);
}

static TplPlan *
plan (const TplInventory *inventory, const char *vg_name, const char *identity, GError **error)
{
  TplPlanOptions options = {
      .headroom_bytes = TPL_HEADROOM_DEFAULT,
      .swap = (char *)"minimal",
      .vg_name = (char *)vg_name,
      .identity = (char *)identity,
      .seed = (char *)"seed",
  };

  return tpl_plan_new (inventory, &options, lookup, error);
}

static void
test_fat_serial (void)
{
  TplInventory *inventory = read_inventory ();
  TplVolume *boot = tpl_layout_find (inventory->layout, "part:1");
  TplPlan *made;
  const char *uuid;

  g_free (boot->type);
  g_free (boot->uuid);
  boot->type = g_strdup ("vfat");
  boot->uuid = g_strdup ("1A2B-3C4D");
  made = plan (inventory, "tpl", "new", NULL);
  uuid = tpl_layout_find (made->after, "part:1")->uuid;
  g_assert_true (g_regex_match_simple ("^[0-9A-F]{4}-[0-9A-F]{4}$", uuid, 0, 0));
  g_assert_cmpstr (uuid, !=, "1A2B-3C4D");
  tpl_value_free (&tpl_plan_type, made);
  tpl_value_free (&tpl_inventory_type, inventory);
}

/* A filesystem without a UUID gets one: else its maker would draw lots. */
static void
test_missing_uuid (void)
{
  TplInventory *inventory = read_inventory ();
  TplVolume *swap = tpl_layout_find (inventory->layout, "lv:os/swap");
  TplPlan *new, *keep;

  g_clear_pointer (&swap->uuid, g_free);
  new = plan (inventory, "tpl", "new", NULL);
  keep = plan (inventory, "tpl", "keep", NULL);
  g_assert_nonnull (tpl_layout_find (new->after, "lv:os/swap")->uuid);
  g_assert_null (tpl_layout_find (keep->after, "lv:os/swap")->uuid);
  tpl_value_free (&tpl_plan_type, new);
  tpl_value_free (&tpl_plan_type, keep);
  tpl_value_free (&tpl_inventory_type, inventory);
}

static const char *
work_name (const TplPlan *made)
{
  return ((TplVolumeGroup *)g_ptr_array_index (made->after->volume_groups, 0))->work_name;
}

/* A source that was once left half made: its group bears the very name that we would work under. */
static void
test_work_name_is_free (void)
{
  TplInventory *inventory = read_inventory ();
  TplVolumeGroup *group = g_ptr_array_index (inventory->layout->volume_groups, 0);
  TplVolumeGroup *other = tpl_value_copy (&tpl_volume_group_type, group);
  TplPartition *partition =
      tpl_value_copy (&tpl_partition_type, g_ptr_array_index (inventory->layout->partitions, 1));
  TplPlan *first = plan (inventory, "tpl", "new", NULL);
  TplPlan *asked = plan (inventory, work_name (first), "new", NULL);
  TplPlan *second;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (work_name (asked), !=, work_name (first)); /* --vg took it */

  /* A second disk's worth behind the first, with a group of that name. */
  g_free (other->name);
  other->name = g_strdup (work_name (first));
  g_free (other->pv_id);
  other->pv_id = g_strdup ("part:3");
  for (guint i = 0; i < other->logical_volumes->len; i++) {
    TplLogicalVolume *volume = g_ptr_array_index (other->logical_volumes, i);

    g_free (volume->volume->id);
    volume->volume->id = g_strdup_printf ("lv:other/%u", i);
  }
  partition->number = 3;
  g_free (partition->volume->id);
  partition->volume->id = g_strdup ("part:3");
  partition->start_bytes = 5 * TPL_GIB;
  partition->end_bytes = 10 * TPL_GIB;
  inventory->layout->size_bytes = 10 * TPL_GIB;
  g_ptr_array_add (inventory->layout->partitions, partition);
  g_ptr_array_add (inventory->layout->volume_groups, other);
  second = plan (inventory, "tpl", "new", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (work_name (second), !=, work_name (first));

  tpl_value_free (&tpl_plan_type, first);
  tpl_value_free (&tpl_plan_type, asked);
  tpl_value_free (&tpl_plan_type, second);
  tpl_value_free (&tpl_inventory_type, inventory);
}

static void
test_steps_are_printable (void)
{
  TplInventory *inventory = read_inventory ();
  TplVolume *boot = tpl_layout_find (inventory->layout, "part:1");
  TplPlan *made;

  g_free (boot->mountpoint);
  boot->mountpoint = g_strdup ("/b\033[2Joot\xff\xc2\x9b");
  made = plan (inventory, "tpl", "new", NULL);
  for (guint i = 0; i < made->steps->len; i++) {
    const TplStep *step = g_ptr_array_index (made->steps, i);

    g_assert_true (g_utf8_validate (step->text, -1, NULL));
    g_assert_null (strchr (step->text, '\033'));
    g_assert_null (strstr (step->text, "\xc2\x9b"));
  }
  tpl_value_free (&tpl_plan_type, made);
  tpl_value_free (&tpl_inventory_type, inventory);
}

static void
test_options_are_checked (void)
{
  TplInventory *inventory = read_inventory ();
  g_autoptr (GError) error = NULL;

  g_assert_null (plan (inventory, "tpl", "other", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (plan (inventory, "a/b", "new", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_USAGE);
  tpl_value_free (&tpl_inventory_type, inventory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identities/fat-serial", test_fat_serial);
  g_test_add_func ("/identities/missing-uuid", test_missing_uuid);
  g_test_add_func ("/identities/work-name-is-free", test_work_name_is_free);
  g_test_add_func ("/plan/steps-are-printable", test_steps_are_printable);
  g_test_add_func ("/plan/options-are-checked", test_options_are_checked);
  return g_test_run ();
}
