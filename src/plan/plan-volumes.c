/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How large every volume becomes. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define HEADROOM_LEAST (16 * TPL_MIB)
#define SWAP_MINIMAL   (4 * TPL_MIB)

TplContent
tpl_planning_classify (const TplPlanning *planning, const TplPartition *partition,
                       const TplVolume *volume)
{
  const TplFsTraits *traits;

  if (partition != NULL && tpl_partition_is_bios_boot (partition))
    return TPL_CONTENT_BOOT_CODE;
  if (volume->type == NULL)
    return TPL_CONTENT_UNKNOWN;
  if (strcmp (volume->type, "empty") == 0)
    return TPL_CONTENT_EMPTY;
  if (strcmp (volume->type, "LVM2_member") == 0)
    return g_str_has_prefix (volume->id, "lv:") ? TPL_CONTENT_UNKNOWN : TPL_CONTENT_PV;
  if (tpl_layout_encrypted (planning->after, volume->id) != NULL)
    return TPL_CONTENT_ENCRYPTED;
  traits = planning->lookup (volume->type);
  if (traits == NULL)
    return TPL_CONTENT_UNKNOWN;
  if (traits->is_data)
    return TPL_CONTENT_DATA;
  return traits->is_swap ? TPL_CONTENT_SWAP : TPL_CONTENT_FILESYSTEM;
}

TplContent
tpl_planning_content (const TplPlanning *planning, const TplVolume *volume)
{
  const TplPartition *partition = NULL;

  for (guint i = 0; i < planning->after->partitions->len; i++) {
    const TplPartition *candidate = g_ptr_array_index (planning->after->partitions, i);

    if (candidate->volume == volume)
      partition = candidate;
  }
  return tpl_planning_classify (planning, partition, volume);
}

const TplFsTraits *
tpl_planning_traits (const TplPlanning *planning, const TplVolume *volume)
{
  switch (tpl_planning_content (planning, volume)) {
  case TPL_CONTENT_FILESYSTEM:
  case TPL_CONTENT_SWAP:
    return planning->lookup (volume->type);
  case TPL_CONTENT_DATA:
  case TPL_CONTENT_PV:
  case TPL_CONTENT_EMPTY:
  case TPL_CONTENT_BOOT_CODE:
  case TPL_CONTENT_ENCRYPTED:
  case TPL_CONTENT_UNKNOWN:
  default:
    return NULL;
  }
}

static guint64
headroom_of (const TplPlanOptions *options, const TplVolume *source)
{
  if (options->headroom_bytes != TPL_HEADROOM_DEFAULT)
    return options->headroom_bytes;
  return MAX (source->used_bytes / 20, HEADROOM_LEAST);
}

/* Fits the driver's facts to the size that `target` has; with size 0 it is given the smallest. */
static gboolean
run_driver (const TplPlanning *planning, TplVolume *target, GError **error)
{
  const TplVolume *source = tpl_layout_find (planning->before->layout, target->id);
  const TplFsTraits *traits = planning->lookup (target->type);

  return traits->plan (source, headroom_of (planning->options, source), target, error);
}

static guint64
swap_bytes (const TplPlanning *planning, const TplVolume *target)
{
  const TplVolume *source = tpl_layout_find (planning->before->layout, target->id);

  if (strcmp (planning->options->swap, "keep") == 0)
    return source->size_bytes;
  if (strcmp (planning->options->swap, "size") == 0)
    return planning->options->swap_bytes;
  return SWAP_MINIMAL;
}

/* Sets the volume's size, a multiple of `unit`. */
static gboolean
size_volume (const TplPlanning *planning, const TplPartition *partition, TplVolume *target,
             guint64 unit, GError **error)
{
  const TplVolume *source = tpl_layout_find (planning->before->layout, target->id);

  target->size_bytes = target->used_bytes = target->free_bytes = 0;
  tpl_volume_clear_facts (target);
  switch (tpl_planning_classify (planning, partition, target)) {
  case TPL_CONTENT_FILESYSTEM:
  case TPL_CONTENT_DATA:
    if (!run_driver (planning, target, error))
      return FALSE;
    target->size_bytes = tpl_size_round_up (target->size_bytes, unit);
    break;
  case TPL_CONTENT_SWAP:
    target->size_bytes = tpl_size_round_up (swap_bytes (planning, target), unit);
    break;
  case TPL_CONTENT_BOOT_CODE:
    target->size_bytes = tpl_size_round_up (source->size_bytes, unit);
    return TRUE;
  case TPL_CONTENT_EMPTY:
    target->size_bytes = unit;
    return TRUE;
  case TPL_CONTENT_PV: /* sized by its group */
  case TPL_CONTENT_ENCRYPTED: /* by what is in it */
    return TRUE;
  case TPL_CONTENT_UNKNOWN:
  default:
    g_assert_not_reached (); /* refused before */
  }
  if (!tpl_size_is_sane (target->size_bytes)) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
                 "%s would be larger than any disk: ask for less headroom or swap", target->id);
    return FALSE;
  }
  return run_driver (planning, target, error); /* again: the rounding has given it more */
}

static gboolean
size_group_volumes (const TplPlanning *planning, TplVolumeGroup *group, GError **error)
{
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    if (!size_volume (planning, NULL, logical_volume->volume, group->extent_bytes, error))
      return FALSE;
  }
  return TRUE;
}

/* What is in encrypted volumes, before and after these were rounded up. */
static gboolean
size_contents (TplPlanning *planning, GError **error)
{
  const GPtrArray *all = planning->after->encrypted;

  for (guint i = 0; i < all->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (all, i);

    if (!size_volume (planning, NULL, encrypted->volume, TPL_MIB, error))
      return FALSE;
  }
  tpl_planning_settle (planning);
  for (guint i = 0; i < all->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (all, i);

    if (planning->lookup (encrypted->volume->type) != NULL &&
        !run_driver (planning, encrypted->volume, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_planning_size_volumes (TplPlanning *planning, GError **error)
{
  TplLayout *layout = planning->after;

  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->volume != NULL && !size_volume (planning, partition, partition->volume, TPL_MIB,
                                                   error))
      return FALSE;
  }
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    if (!size_group_volumes (planning, g_ptr_array_index (layout->volume_groups, i), error))
      return FALSE;
  }
  return size_contents (planning, error);
}

/* Where surplus goes: the root, or the largest filesystem where there is no root. */
static TplVolume *
volume_to_grow (const TplPlanning *planning)
{
  const TplGuest *guest = planning->before->guest;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (planning->after);
  TplVolume *largest = NULL;

  for (guint i = 0; i < volumes->len; i++) {
    TplVolume *volume = g_ptr_array_index (volumes, i);
    const TplFsTraits *traits = tpl_planning_traits (planning, volume);

    if (traits == NULL || traits->is_swap)
      continue;
    if (guest != NULL && g_strcmp0 (guest->root_id, volume->id) == 0)
      return volume;
    if (largest == NULL || volume->size_bytes > largest->size_bytes)
      largest = volume;
  }
  return largest;
}

gboolean
tpl_planning_fill (TplPlanning *planning, guint64 limit_bytes, GError **error)
{
  TplVolume *volume = volume_to_grow (planning);
  guint64 unit, grown;

  if (volume == NULL)
    return TRUE;
  unit = tpl_planning_unit (planning, volume);
  grown = tpl_size_round_down (limit_bytes - tpl_planning_place (planning), unit);
  volume->size_bytes += grown;
  for (;;) {
    tpl_planning_settle (planning);
    if (grown == 0 || tpl_planning_place (planning) <= limit_bytes)
      break;
    /* Extents smaller than 1 MiB: their sum was rounded up by one partition's boundary. */
    volume->size_bytes -= unit;
    grown -= unit;
  }
  tpl_planning_place (planning);
  return run_driver (planning, volume, error);
}
