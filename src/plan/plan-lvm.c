/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volume groups: what is taken of them, and what they become. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* Data starts no earlier than LVM itself would put it. */
#define PE_START_LEAST TPL_MIB
/* dm-thin: a pool's chunks (Linux, thin-provisioning.rst), and the most that it uses for its
 * tables. */
#define CHUNK_LEAST   (64 * TPL_KIB)
#define CHUNK_MOST    (1024 * TPL_MIB)
#define METADATA_MOST (16384 * TPL_MIB)

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, TPL_ERROR, TPL_ERROR_REFUSED, message);
  return FALSE;
}

/* lvm(8), VALID NAMES. Whatever exists on the source is taken, devices' names too. */
static gboolean
has_lvm_letters (const char *name)
{
  return name != NULL &&
         g_regex_match_simple ("^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$", name, G_REGEX_DOLLAR_ENDONLY, 0);
}

/* One block of it is on several places of a disk, or on several disks: read as a whole, it is like
 * any other. */
static gboolean
becomes_linear (const char *segment_type)
{
  return strcmp (segment_type, "striped") == 0 || strcmp (segment_type, "mirror") == 0 ||
         g_str_has_prefix (segment_type, "raid");
}

gboolean
tpl_plan_check_logical_volume (const TplLogicalVolume *logical_volume, GError **error)
{
  const char *id = logical_volume->volume->id;
  const char *type =
      logical_volume->segment_type != NULL ? logical_volume->segment_type : "unknown";

  if (strcmp (type, "linear") == 0 || strcmp (type, "thin") == 0 || becomes_linear (type))
    return TRUE;
  if (strstr (type, "snapshot") != NULL)
    return fail (error,
                 "%s is a snapshot, whose blocks would have to be copied once more: remove it with "
                 "lvremove, or merge it with lvconvert --merge, in the guest",
                 id);
  if (strcmp (type, "cache") == 0 || strcmp (type, "writecache") == 0)
    return fail (error, "%s has a cache of the type %s: detach it with lvconvert --splitcache in "
                        "the guest",
                 id, type);
  return fail (error,
               "%s is a logical volume of the type %s, which is not supported: move what it holds to "
               "a linear one in the guest",
               id, type);
}

static gboolean
check_logical_volume (const TplVolumeGroup *group, const TplLogicalVolume *logical_volume,
                      GError **error)
{
  const gboolean thin = g_strcmp0 (logical_volume->segment_type, "thin") == 0;

  if (!has_lvm_letters (logical_volume->name) || logical_volume->volume == NULL)
    return fail (error,
                 "volume group %s has a logical volume without a name "
                 "that LVM takes, or without content",
                 group->name);
  if (!tpl_plan_check_logical_volume (logical_volume, error))
    return FALSE;
  if (thin != (tpl_volume_group_pool (group, logical_volume->thin_pool) != NULL))
    return fail (error, "%s says that it is %s, but its thin pool says otherwise",
                 logical_volume->volume->id, logical_volume->segment_type);
  return TRUE;
}

static gboolean
check_pool (const TplVolumeGroup *group, const TplThinPool *pool, GError **error)
{
  static const char *const discards[] = {"passdown", "nopassdown", "ignore", NULL};
  guint64 metadata_bytes;

  if (!has_lvm_letters (pool->name) || pool->chunk_bytes < CHUNK_LEAST ||
      pool->chunk_bytes > CHUNK_MOST || pool->chunk_bytes % CHUNK_LEAST != 0 ||
      pool->discards == NULL || !g_strv_contains (discards, pool->discards) ||
      !g_uint64_checked_mul (&metadata_bytes, pool->metadata_extents, group->extent_bytes) ||
      metadata_bytes == 0 || metadata_bytes > METADATA_MOST + group->extent_bytes)
    return fail (error, "volume group %s has a thin pool that can't be made again", group->name);
  return TRUE;
}

gboolean
tpl_planning_check_group (const TplPlanning *planning, const TplVolumeGroup *group, GError **error)
{
  const TplVolume *pv = tpl_layout_find (planning->after, group->pv_id);

  if (!has_lvm_letters (group->name))
    return fail (error, "a volume group has no name that LVM takes");
  if (pv == NULL || g_strcmp0 (pv->type, "LVM2_member") != 0)
    return fail (error,
                 "the physical volume of volume group %s is not on this disk: give the disk that "
                 "holds it",
                 group->name);
  if (group->pv_count > 1 + (guint64)group->other_pvs->len)
    return fail (error,
                 "volume group %s has %" G_GUINT64_FORMAT " physical volumes, and only %u are known: "
                 "give the disks with the others with --disk",
                 group->name, group->pv_count, 1 + group->other_pvs->len);
  if (group->extent_bytes == 0 || group->extent_bytes % 512 != 0 ||
      !tpl_size_is_sane (group->extent_bytes) || !tpl_size_is_sane (group->pe_start_bytes))
    return fail (error,
                 "volume group %s has extents of %" G_GUINT64_FORMAT " bytes, which can't be",
                 group->name, group->extent_bytes);
  for (guint i = 0; i < group->thin_pools->len; i++) {
    if (!check_pool (group, g_ptr_array_index (group->thin_pools, i), error))
      return FALSE;
  }
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    if (!check_logical_volume (group, g_ptr_array_index (group->logical_volumes, i), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_on (const TplVolumeGroup *group, const TplVolume *volume)
{
  if (g_strcmp0 (group->pv_id, volume->id) == 0)
    return TRUE;
  for (guint i = 0; i < group->other_pvs->len; i++) {
    const TplPhysicalVolume *other = g_ptr_array_index (group->other_pvs, i);

    if (g_strcmp0 (other->id, volume->id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A physical volume must belong to exactly one group. */
gboolean
tpl_planning_check_pv (const TplPlanning *planning, const TplVolume *volume, GError **error)
{
  guint groups = 0;

  for (guint i = 0; i < planning->after->volume_groups->len; i++)
    groups += is_on (g_ptr_array_index (planning->after->volume_groups, i), volume) ? 1 : 0;
  if (groups != 1)
    return fail (error, "%s is the physical volume of %s: %s", volume->id,
                 groups == 0 ? "no volume group" : "several volume groups",
                 groups == 0 ? "remove it, or add it to a group, in the guest"
                             : "the disk was not read well");
  return TRUE;
}

static void
replace (char **text, const char *with)
{
  g_free (*text);
  *text = g_strdup (with);
}

/* What lies there keeps its number, and becomes tiny. On another disk than this, it is not
 * there. */
static void
leave_empty (const TplPlanning *planning, const TplPhysicalVolume *pv)
{
  TplVolume *volume = tpl_layout_find (planning->after, pv->id);

  if (volume == NULL)
    return;
  replace (&volume->type, "empty");
  replace (&volume->uuid, NULL);
  replace (&volume->label, NULL);
}

void
tpl_planning_simplify_groups (TplPlanning *planning)
{
  for (guint i = 0; i < planning->after->volume_groups->len; i++) {
    TplVolumeGroup *group = g_ptr_array_index (planning->after->volume_groups, i);

    for (guint j = 0; j < group->other_pvs->len; j++) {
      TplPhysicalVolume *other = g_ptr_array_index (group->other_pvs, j);

      leave_empty (planning, other);
      tpl_value_free (&tpl_physical_volume_type, other);
    }
    g_ptr_array_set_size (group->other_pvs, 0);
    group->pv_count = 1;
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, j);

      if (becomes_linear (logical_volume->segment_type))
        replace (&logical_volume->segment_type, "linear");
    }
  }
}

/* Chunks for the whole of each of its volumes: they can be filled, and the pool is never the first
 * to be full. */
static guint64
size_pool (const TplVolumeGroup *group, TplThinPool *pool, guint64 start_extent)
{
  guint64 data_bytes = 0;

  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    if (g_strcmp0 (logical_volume->thin_pool, pool->name) == 0)
      data_bytes = tpl_size_add (data_bytes, tpl_size_round_up (logical_volume->volume->size_bytes,
                                                                pool->chunk_bytes));
  }
  pool->extents = MAX (tpl_size_units (data_bytes, group->extent_bytes), 1);
  pool->extents = MAX (pool->extents, tpl_size_units (pool->chunk_bytes, group->extent_bytes));
  pool->start_extent = start_extent;
  pool->metadata_start_extent = tpl_size_add (start_extent, pool->extents);
  return tpl_size_add (pool->metadata_start_extent, pool->metadata_extents);
}

void
tpl_planning_size_group (const TplPlanning *planning, TplVolumeGroup *group)
{
  TplVolume *pv = tpl_layout_find (planning->after, group->pv_id);
  guint64 extents = 0;

  for (guint i = 0; i < group->logical_volumes->len; i++) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    logical_volume->extents = logical_volume->volume->size_bytes / group->extent_bytes;
    logical_volume->start_extent = 0;
    if (logical_volume->thin_pool != NULL)
      continue;
    logical_volume->start_extent = extents;
    extents = tpl_size_add (extents, logical_volume->extents);
  }
  for (guint i = 0; i < group->thin_pools->len; i++)
    extents = size_pool (group, g_ptr_array_index (group->thin_pools, i), extents);
  group->extents = MAX (extents, 1); /* LVM knows no physical volume without extents */
  group->pe_start_bytes = MAX (group->pe_start_bytes, PE_START_LEAST);
  pv->size_bytes = tpl_size_round_up (
      tpl_size_add (group->pe_start_bytes, tpl_size_multiply (group->extents, group->extent_bytes)),
      TPL_MIB);
}
