/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --swap-size none: the target has no swap. The other partitions keep their numbers. */
#include <string.h>

#include "plan/planner.h"
#include "tpl-shrink.h"

#define LOGICAL_FIRST 5

static guint
drop_partitions (const TplPlanning *planning, GPtrArray *partitions)
{
  guint dropped_logical = 0;

  for (guint i = partitions->len; i-- > 0;) {
    TplPartition *partition = g_ptr_array_index (partitions, i);

    if (partition->volume == NULL ||
        tpl_planning_classify (planning, partition, partition->volume) != TPL_CONTENT_SWAP)
      continue;
    dropped_logical += strcmp (partition->role, "logical") == 0 ? 1 : 0;
    g_ptr_array_remove_index (partitions, i);
    tpl_value_free (&tpl_partition_type, partition);
  }
  return dropped_logical;
}

static void
drop_logical_volumes (const TplPlanning *planning, GPtrArray *logical_volumes)
{
  for (guint i = logical_volumes->len; i-- > 0;) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (logical_volumes, i);

    if (tpl_planning_classify (planning, NULL, logical_volume->volume) != TPL_CONTENT_SWAP)
      continue;
    g_ptr_array_remove_index (logical_volumes, i);
    tpl_value_free (&tpl_logical_volume_type, logical_volume);
  }
}

static gboolean
has_number (const GPtrArray *partitions, guint64 number)
{
  for (guint i = 0; i < partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (partitions, i);

    if (partition->number == number)
      return TRUE;
  }
  return FALSE;
}

/* Logical partitions are numbered by their place in the chain, from 5 without gaps: one that is
 * left out would renumber those after it. An extended partition that has lost its last one goes,
 * too. */
static gboolean
settle_logical (GPtrArray *partitions, GError **error)
{
  guint64 logical = 0;

  for (guint i = 0; i < partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (partitions, i);

    logical += strcmp (partition->role, "logical") == 0 ? 1 : 0;
  }
  for (guint64 number = LOGICAL_FIRST; number < LOGICAL_FIRST + logical; number++) {
    if (has_number (partitions, number))
      continue;
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "without the swap on logical partition %" G_GUINT64_FORMAT
                 " the partitions after it would get other numbers: use --swap-size minimal",
                 number);
    return FALSE;
  }
  for (guint i = partitions->len; i-- > 0 && logical == 0;) {
    TplPartition *partition = g_ptr_array_index (partitions, i);

    if (strcmp (partition->role, "extended") == 0) {
      g_ptr_array_remove_index (partitions, i);
      tpl_value_free (&tpl_partition_type, partition);
    }
  }
  return TRUE;
}

gboolean
tpl_planning_drop_swap (TplPlanning *planning, GError **error)
{
  TplLayout *layout = planning->after;

  if (strcmp (planning->options->swap, "none") != 0)
    return TRUE;
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    drop_logical_volumes (planning, group->logical_volumes);
  }
  if (drop_partitions (planning, layout->partitions) > 0 &&
      !settle_logical (layout->partitions, error))
    return FALSE;
  if (layout->partitions->len == 0) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "the disk holds swap alone, and --swap-size none leaves nothing of it");
    return FALSE;
  }
  return TRUE;
}
