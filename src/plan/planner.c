/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/planner.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* Below this part of the source, in percent, a copy is worth its while. */
#define WORTH_PERCENT 95
/* An MBR counts 2^32 - 1 sectors. */
#define MBR_SECTORS G_MAXUINT32

static gboolean
check (const TplPlanning *planning, GError **error)
{
  return tpl_planning_check_disk (planning, error) && tpl_planning_check_volumes (planning, error);
}

/* The smallest disk, with all its volumes placed; 0 on error. */
static guint64
plan_smallest (TplPlanning *planning, GError **error)
{
  guint64 size;

  if (!tpl_planning_drop_swap (planning, error) || !tpl_planning_size_volumes (planning, error))
    return 0;
  size = tpl_planning_place (planning);
  if (!tpl_size_is_sane (size)) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
                 "the target would be larger than any disk: ask for less headroom or swap");
    return 0;
  }
  return size;
}

static gboolean
too_small (const char *what, guint64 has, guint64 needs, const char *remedy, GError **error)
{
  g_autofree char *has_text = tpl_size_to_text (has);
  g_autofree char *needs_text = tpl_size_to_text (needs);
  const guint64 needs_mib = tpl_size_units (needs, TPL_MIB);

  g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
               "%s %s (%" G_GUINT64_FORMAT " bytes), and the plan needs %s (%" G_GUINT64_FORMAT
               " bytes): %s at least %" G_GUINT64_FORMAT "M, or ask for less with --headroom or "
               "--swap-size",
               what, has_text, has, needs_text, needs, remedy, needs_mib);
  return FALSE;
}

static gboolean
check_fits (const TplPlanOptions *options, guint64 smallest, GError **error)
{
  if (options->capacity_bytes != 0 && options->capacity_bytes < smallest)
    return too_small ("the target holds", options->capacity_bytes, smallest, "make it", error);
  if (options->size_bytes != 0 && options->size_bytes < smallest)
    return too_small ("--size asks for", options->size_bytes, smallest, "give", error);
  if (options->capacity_bytes != 0 && options->size_bytes > options->capacity_bytes)
    return too_small ("the target holds", options->capacity_bytes, options->size_bytes,
                      "with that --size, make it", error);
  return TRUE;
}

static gboolean
check_gain (const TplPlanning *planning, guint64 smallest, GError **error)
{
  const guint64 source = planning->before->layout->size_bytes;
  g_autofree char *source_text = tpl_size_to_text (source);
  g_autofree char *smallest_text = tpl_size_to_text (smallest);

  if (planning->options->size_bytes != 0 || planning->options->capacity_bytes != 0 ||
      smallest < source / 100 * WORTH_PERCENT)
    return TRUE;
  g_set_error (error, TPL_ERROR, TPL_ERROR_NOTHING_TO_GAIN,
               "the source has %s, and the smallest copy of it %s: there is nothing to gain (give "
               "--size to copy it all the same)",
               source_text, smallest_text);
  return FALSE;
}

/* The whole disk is what the target holds; what is planned on it stops at --size. */
static gboolean
plan_size (TplPlanning *planning, guint64 smallest, GError **error)
{
  const TplPlanOptions *options = planning->options;
  TplLayout *layout = planning->after;
  guint64 limit = options->size_bytes != 0 ? options->size_bytes : options->capacity_bytes;

  if (limit == 0) {
    layout->size_bytes = smallest;
    return TRUE;
  }
  limit = tpl_size_round_down (limit, layout->sector_bytes);
  layout->size_bytes = options->capacity_bytes != 0
                           ? tpl_size_round_down (options->capacity_bytes, layout->sector_bytes)
                           : limit;
  if (g_strcmp0 (layout->table, "msdos") == 0)
    limit = MAX (smallest, MIN (limit, MBR_SECTORS * layout->sector_bytes));
  return tpl_planning_fill (planning, limit, error);
}

static gboolean
plan_layout (TplPlanning *planning, GError **error)
{
  guint64 smallest;

  if (!check (planning, error))
    return FALSE;
  tpl_planning_simplify_groups (planning);
  smallest = plan_smallest (planning, error);
  return smallest != 0 && check_fits (planning->options, smallest, error) &&
         check_gain (planning, smallest, error) && plan_size (planning, smallest, error) &&
         tpl_planning_name (planning, error);
}

TplPlan *
tpl_plan_new (const TplInventory *inventory, const TplPlanOptions *options, TplFsLookup lookup,
              GError **error)
{
  TplPlanning planning = {.before = inventory, .options = options, .lookup = lookup};
  TplPlan *plan;

  if (!tpl_planning_check_options (options, error))
    return NULL;
  if (inventory->layout == NULL) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED, "nothing is known of the source's disk");
    return NULL;
  }
  planning.after = tpl_value_copy (&tpl_layout_type, inventory->layout);
  if (!plan_layout (&planning, error)) {
    tpl_value_free (&tpl_layout_type, planning.after);
    return NULL;
  }
  plan = tpl_value_new (&tpl_plan_type);
  plan->identity = g_strdup (options->identity);
  plan->before = tpl_value_copy (&tpl_inventory_type, inventory);
  plan->after = planning.after;
  tpl_planning_list_steps (&planning, plan->steps);
  return plan;
}
