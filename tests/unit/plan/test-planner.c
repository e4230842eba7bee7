/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is true of every plan, whatever the disk. (Single plans: fixtures/plans, test-golden.) */
#include "golden.h"
#include "plan/size.h"
#include "random-inventory.h"
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <string.h>

#define RUNS 500

typedef struct {
  TplInventory *inventory;
  TplPlanOptions *options;
  TplPlan *plan; /* NULL: the planner refused */
} Case;

static TplPlan *
make_plan (const Case *a)
{
  g_autoptr (GError) error = NULL;
  TplPlan *plan = tpl_plan_new (a->inventory, a->options, golden_lookup, &error);

  if (plan == NULL) {
    g_assert_true (error->domain == TPL_ERROR);
    g_assert_true (error->code == TPL_ERROR_REFUSED || error->code == TPL_ERROR_TOO_SMALL ||
                   error->code == TPL_ERROR_NOTHING_TO_GAIN);
    g_assert_true (g_utf8_validate (error->message, -1, NULL) && strlen (error->message) > 20);
  } else
    g_assert_no_error (error);
  return plan;
}

static void
case_make (Case *a, guint32 seed)
{
  GRand *chance = g_rand_new_with_seed (seed);

  a->inventory = random_inventory (chance);
  a->options = random_options (chance);
  a->plan = make_plan (a);
  g_rand_free (chance);
}

static void
case_clear (Case *a)
{
  tpl_value_free (&tpl_inventory_type, a->inventory);
  tpl_value_free (&tpl_plan_options_type, a->options);
  tpl_value_free (&tpl_plan_type, a->plan);
}

/* Calls `check` for every random case that has a plan. */
static void
for_each_plan (void (*check) (const Case *a))
{
  guint planned = 0;

  for (guint32 seed = 0; seed < RUNS; seed++) {
    Case a;

    case_make (&a, seed);
    if (a.plan != NULL) {
      planned++;
      check (&a);
    }
    case_clear (&a);
  }
  g_test_message ("%u plans of %u disks", planned, RUNS);
  g_assert_cmpuint (planned, >, RUNS / 2);
}

static const TplPartition *
find_partition (const TplLayout *layout, guint64 number)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->number == number)
      return partition;
  }
  return NULL;
}

static gboolean
drops_swap (const Case *a)
{
  return strcmp (a->options->swap, "none") == 0;
}

static void
check_volume_is_there (const Case *a, const TplVolume *source)
{
  const TplVolume *target = tpl_layout_find (a->plan->after, source->id);

  if (drops_swap (a) && strcmp (source->type, "swap") == 0) {
    g_assert_null (target);
    return;
  }
  g_assert_nonnull (target);
  g_assert_cmpstr (target->type, ==, source->type);
  g_assert_cmpstr (target->label, ==, source->label);
  g_assert_cmpstr (target->mountpoint, ==, source->mountpoint);
}

static void
check_partition_is_the_same (const Case *a, const TplPartition *target)
{
  const TplPartition *source = find_partition (a->inventory->layout, target->number);

  g_assert_nonnull (source);
  g_assert_cmpstr (target->role, ==, source->role);
  g_assert_cmpstr (target->type, ==, source->type);
  g_assert_cmpstr (target->name, ==, source->name);
  g_assert_cmpint (target->bootable, ==, source->bootable);
  g_assert_cmpuint (target->attributes, ==, source->attributes);
  g_assert_cmpstr (source->volume != NULL ? source->volume->id : NULL, ==,
                   target->volume != NULL ? target->volume->id : NULL);
}

static void
check_all_is_there (const Case *a)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (a->inventory->layout);

  for (guint i = 0; i < volumes->len; i++)
    check_volume_is_there (a, g_ptr_array_index (volumes, i));
  for (guint i = 0; i < a->plan->after->partitions->len; i++)
    check_partition_is_the_same (a, g_ptr_array_index (a->plan->after->partitions, i));
  g_assert_true (tpl_value_equal (&tpl_inventory_type, a->plan->before, a->inventory));
}

static void
test_all_is_there (void)
{
  for_each_plan (check_all_is_there);
}

/* The part of the disk that partitions may take. */
static void
check_places (const Case *a)
{
  const TplLayout *after = a->plan->after;
  const TplPartition *source_first = g_ptr_array_index (a->inventory->layout->partitions, 0);
  const gboolean gpt = strcmp (after->table, "gpt") == 0;
  const TplPartition *extended = NULL;
  guint64 end = 0;

  for (guint i = 0; i < after->partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (after->partitions, i);
    const gboolean logical = strcmp (partition->role, "logical") == 0;

    if (partition->number == source_first->number)
      g_assert_cmpuint (partition->start_bytes, ==, source_first->start_bytes);
    else
      g_assert_cmpuint (partition->start_bytes % TPL_MIB, ==, 0);
    g_assert_cmpuint (partition->start_bytes, >=, end + (logical ? after->sector_bytes : 0));
    g_assert_cmpuint (partition->end_bytes, >, partition->start_bytes);
    if (logical)
      g_assert_cmpuint (partition->end_bytes, <=, extended->end_bytes);
    if (partition->volume != NULL)
      g_assert_cmpuint (partition->volume->size_bytes, ==,
                        partition->end_bytes - partition->start_bytes);
    if (partition->volume == NULL)
      extended = partition;
    else if (extended != NULL && !logical)
      g_assert_true (partition->start_bytes >= extended->end_bytes ||
                     partition->end_bytes <= extended->start_bytes);
    end = partition->volume == NULL ? partition->start_bytes : partition->end_bytes;
  }
  g_assert_cmpuint (end + (gpt ? TPL_MIB : 0), <=, after->size_bytes);
}

static void
test_places (void)
{
  for_each_plan (check_places);
}

static void
check_group (const TplLayout *after, const TplVolumeGroup *group)
{
  const TplVolume *pv = tpl_layout_find (after, group->pv_id);
  guint64 next = 0;

  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *volume = g_ptr_array_index (group->logical_volumes, i);

    g_assert_cmpuint (volume->start_extent, ==, next);
    g_assert_cmpuint (volume->extents, >, 0);
    g_assert_cmpuint (volume->extents * group->extent_bytes, ==, volume->volume->size_bytes);
    g_assert_cmpstr (volume->segment_type, ==, "linear");
    next += volume->extents;
  }
  g_assert_cmpuint (group->extents, >=, next);
  g_assert_cmpuint (group->pe_start_bytes, >=, TPL_MIB);
  g_assert_cmpuint (group->pe_start_bytes + group->extents * group->extent_bytes, <=,
                    pv->size_bytes);
}

static void
check_groups (const Case *a)
{
  for (guint i = 0; i < a->plan->after->volume_groups->len; i++)
    check_group (a->plan->after, g_ptr_array_index (a->plan->after->volume_groups, i));
}

static void
test_groups (void)
{
  for_each_plan (check_groups);
}

static void
check_sizes (const Case *a)
{
  const TplPlanOptions *options = a->options;
  const guint64 size = a->plan->after->size_bytes;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (a->plan->after);

  if (options->capacity_bytes != 0)
    g_assert_cmpuint (size, ==,
                      tpl_size_round_down (options->capacity_bytes, a->plan->after->sector_bytes));
  else if (options->size_bytes != 0)
    g_assert_cmpuint (size, ==,
                      tpl_size_round_down (options->size_bytes, a->plan->after->sector_bytes));
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *target = g_ptr_array_index (volumes, i);
    const TplVolume *source = tpl_layout_find (a->inventory->layout, target->id);
    const guint64 headroom = options->headroom_bytes != TPL_HEADROOM_DEFAULT
                                 ? options->headroom_bytes
                                 : MAX (source->used_bytes / 20, 16 * TPL_MIB);

    if (strcmp (target->type, "xfs") == 0)
      g_assert_cmpuint (target->free_bytes, >=, headroom);
    if (strcmp (target->type, "swap") == 0 && strcmp (options->swap, "keep") == 0)
      g_assert_cmpuint (target->size_bytes, >=, source->size_bytes);
    if (strcmp (target->type, "swap") == 0 && strcmp (options->swap, "size") == 0)
      g_assert_cmpuint (target->size_bytes, >=, options->swap_bytes);
  }
}

static void
test_sizes (void)
{
  for_each_plan (check_sizes);
}

/* Given room is used: less than one extent or boundary of it stays free if there is a filesystem.
 */
static void
check_filled (const Case *a)
{
  const guint64 limit =
      a->options->size_bytes != 0 ? a->options->size_bytes : a->options->capacity_bytes;
  const TplPartition *last =
      g_ptr_array_index (a->plan->after->partitions, a->plan->after->partitions->len - 1);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (a->plan->after);
  gboolean has_filesystem = FALSE;

  for (guint i = 0; i < volumes->len; i++)
    has_filesystem |= strcmp (((TplVolume *)g_ptr_array_index (volumes, i))->type, "xfs") == 0;
  if (limit != 0 && has_filesystem)
    g_assert_cmpuint (limit - last->end_bytes, <=, (32 + 3) * TPL_MIB);
}

static void
test_given_room_is_filled (void)
{
  for_each_plan (check_filled);
}

static void
add_identity (GHashTable *seen, const char *uuid)
{
  if (uuid == NULL)
    return;
  g_assert_false (g_hash_table_contains (seen, uuid));
  g_hash_table_add (seen, g_strdup (uuid));
}

/* Every UUID and name of the layout, in order; the work ones with `work`. */
static GPtrArray *
list_identities (const TplLayout *layout, gboolean work)
{
  GPtrArray *list = g_ptr_array_new ();
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);

  if (!work)
    g_ptr_array_add (list, layout->table_uuid);
  for (guint i = 0; i < layout->partitions->len && !work; i++)
    g_ptr_array_add (list, ((TplPartition *)g_ptr_array_index (layout->partitions, i))->uuid);
  for (guint i = 0; i < volumes->len && !work; i++)
    g_ptr_array_add (list, ((TplVolume *)g_ptr_array_index (volumes, i))->uuid);
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    g_ptr_array_add (list, work ? group->work_name : group->name);
    g_ptr_array_add (list, work ? group->work_uuid : group->uuid);
    if (work)
      g_ptr_array_add (list, group->work_pv_uuid);
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *volume = g_ptr_array_index (group->logical_volumes, j);

      g_ptr_array_add (list, work ? volume->work_uuid : volume->uuid);
    }
  }
  return list;
}

static void
check_identities (const Case *a)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) before = list_identities (a->inventory->layout, FALSE);
  g_autoptr (GPtrArray) after = list_identities (a->plan->after, FALSE);
  g_autoptr (GPtrArray) work = list_identities (a->plan->after, TRUE);
  const gboolean keep = strcmp (a->options->identity, "keep") == 0;

  for (guint i = 0; i < work->len; i++)
    add_identity (seen, g_ptr_array_index (work, i));
  for (guint i = 0; i < before->len; i++)
    add_identity (seen, g_ptr_array_index (before, i));
  for (guint i = 0; i < after->len; i++) {
    const char *uuid = g_ptr_array_index (after, i);

    if (keep) /* it is the source's, at most without what was dropped */
      g_assert_true (uuid == NULL || g_hash_table_contains (seen, uuid));
    else if (uuid != NULL && !g_str_has_prefix (uuid, "vg")) /* other groups keep their names */
      add_identity (seen, uuid);
  }
}

static void
test_identities (void)
{
  for_each_plan (check_identities);
}

static void
check_same_again (const Case *a)
{
  TplPlan *again = make_plan (a);
  g_autofree char *text = tpl_plan_to_json (a->plan);
  gpointer read = tpl_value_from_json_text (&tpl_plan_type, text, -1, NULL);

  g_assert_true (tpl_value_equal (&tpl_plan_type, a->plan, again));
  g_assert_true (tpl_value_equal (&tpl_plan_type, a->plan, read));
  tpl_value_free (&tpl_plan_type, again);
  tpl_value_free (&tpl_plan_type, read);
}

static void
test_same_again (void)
{
  for_each_plan (check_same_again);
}

/* More headroom never makes a smaller disk. */
static void
check_monotone (const Case *a)
{
  TplPlanOptions *options = tpl_value_copy (&tpl_plan_options_type, a->options);
  const Case b = {.inventory = a->inventory, .options = options};
  guint64 last = 0;

  options->size_bytes = options->capacity_bytes = 0;
  for (guint64 headroom = 0; headroom < 400 * TPL_MIB; headroom += 37 * TPL_MIB) {
    TplPlan *plan;

    options->headroom_bytes = headroom;
    plan = make_plan (&b);
    if (plan == NULL)
      break;
    g_assert_cmpuint (plan->after->size_bytes, >=, last);
    last = plan->after->size_bytes;
    tpl_value_free (&tpl_plan_type, plan);
  }
  tpl_value_free (&tpl_plan_options_type, options);
}

static void
test_monotone (void)
{
  for_each_plan (check_monotone);
}

static gboolean
is_object (const TplLayout *layout, const char *object)
{
  if (object == NULL || tpl_layout_find (layout, object) != NULL)
    return TRUE;
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    if (strcmp (((TplVolumeGroup *)g_ptr_array_index (layout->volume_groups, i))->name, object) ==
        0)
      return TRUE;
  }
  return FALSE;
}

static void
check_steps (const Case *a)
{
  static const char *const stages[] = {"create", "copy", "bootfix", "verify", "publish"};
  guint stage = 0;

  for (guint i = 0; i < a->plan->steps->len; i++) {
    const TplStep *step = g_ptr_array_index (a->plan->steps, i);

    while (stage < G_N_ELEMENTS (stages) && strcmp (step->stage, stages[stage]) != 0)
      stage++;
    g_assert_cmpuint (stage, <, G_N_ELEMENTS (stages)); /* else out of order */
    g_assert_true (is_object (a->plan->after, step->object));
    g_assert_cmpuint (strlen (step->text), >, 0);
  }
  g_assert_cmpuint (stage, ==, G_N_ELEMENTS (stages) - 1);
}

static void
test_steps (void)
{
  for_each_plan (check_steps);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/planner/all-is-there", test_all_is_there);
  g_test_add_func ("/planner/places", test_places);
  g_test_add_func ("/planner/groups", test_groups);
  g_test_add_func ("/planner/sizes", test_sizes);
  g_test_add_func ("/planner/given-room-is-filled", test_given_room_is_filled);
  g_test_add_func ("/planner/identities", test_identities);
  g_test_add_func ("/planner/same-again", test_same_again);
  g_test_add_func ("/planner/monotone", test_monotone);
  g_test_add_func ("/planner/steps", test_steps);
  return g_test_run ();
}
