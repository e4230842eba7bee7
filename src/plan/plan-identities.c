/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and UUIDs: the source's or new ones, and those that the target bears while it is made. */
#include <string.h>

#include "plan/planner.h"
#include "plan/uuid.h"
#include "tpl-shrink.h"

static char *
purpose (const char *what, const char *of)
{
  return g_strconcat (what, " ", of, NULL);
}

static void
replace (char **text, char *with)
{
  g_free (*text);
  *text = with;
}

/* A new UUID in the form of the old one: FAT has 8 hex digits, "1A2B-3C4D". */
static char *
new_volume_uuid (const char *seed, const TplVolume *volume)
{
  g_autofree char *what = purpose ("volume", volume->id);
  g_autofree char *serial = NULL;
  g_autofree char *digits = NULL;

  if (volume->uuid == NULL ||
      !g_regex_match_simple ("^[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}$", volume->uuid, 0, 0))
    return tpl_uuid_new (seed, what);
  serial = tpl_uuid_new_mbr (seed, what);
  digits = g_ascii_strup (serial, -1);
  return g_strdup_printf ("%.4s-%.4s", digits, digits + 4);
}

static void
name_table (TplLayout *layout, const char *seed)
{
  if (g_strcmp0 (layout->table, "gpt") == 0)
    replace (&layout->table_uuid, tpl_uuid_new (seed, "disk"));
  else if (layout->table != NULL)
    replace (&layout->table_uuid, tpl_uuid_new_mbr (seed, "disk"));
}

static void
name_partition (const TplLayout *layout, TplPartition *partition, const char *seed)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, partition->number);
  g_autofree char *what = purpose ("partition", number);

  if (g_strcmp0 (layout->table, "gpt") == 0)
    replace (&partition->uuid, tpl_uuid_new (seed, what));
  else if (layout->table != NULL)
    replace (&partition->uuid, g_strdup_printf ("%s-%02" G_GINT64_MODIFIER "x", layout->table_uuid,
                                                partition->number));
}

/* What has a driver gets a UUID even if it had none, so that no program picks one at random. */
static void
name_volume (const TplPlanning *planning, TplVolume *volume)
{
  if (tpl_planning_traits (planning, volume) != NULL ||
      tpl_layout_encrypted (planning->after, volume->id) != NULL)
    replace (&volume->uuid, new_volume_uuid (planning->options->seed, volume));
}

static void
name_volumes (const TplPlanning *planning)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (planning->after);

  for (guint i = 0; i < volumes->len; i++)
    name_volume (planning, g_ptr_array_index (volumes, i));
}

static void
name_group (const TplPlanning *planning, TplVolumeGroup *group)
{
  const char *seed = planning->options->seed;
  g_autofree char *what = purpose ("vg", group->name);
  g_autofree char *pv_what = purpose ("pv", group->pv_id);
  TplVolume *pv = tpl_layout_find (planning->after, group->pv_id);

  replace (&group->uuid, tpl_uuid_new_lvm (seed, what));
  replace (&group->pv_uuid, tpl_uuid_new_lvm (seed, pv_what));
  replace (&pv->uuid, g_strdup (group->pv_uuid));
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    replace (&logical_volume->uuid, tpl_uuid_new_lvm (seed, logical_volume->volume->id));
  }
  for (guint i = 0; i < group->thin_pools->len; i++) {
    TplThinPool *pool = g_ptr_array_index (group->thin_pools, i);
    g_autofree char *pool_what = g_strconcat ("pool ", group->name, "/", pool->name, NULL);

    replace (&pool->uuid, tpl_uuid_new_lvm (seed, pool_what));
  }
}

static gboolean
is_group_name (const TplLayout *layout, const char *name)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    if (g_strcmp0 (group->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A name that neither the source's groups nor the target's have. */
static char *
new_work_name (const TplPlanning *planning, const char *group_name)
{
  for (guint i = 0;; i++) {
    g_autofree char *what = g_strdup_printf ("work name %u %s", i, group_name);
    g_autofree char *digits = tpl_uuid_new_mbr (planning->options->seed, what);
    g_autofree char *name = g_strconcat ("tplshrink", digits, NULL);

    if (!is_group_name (planning->after, name) && !is_group_name (planning->before->layout, name) &&
        g_strcmp0 (planning->options->vg_name, name) != 0)
      return g_steal_pointer (&name);
  }
}

/* The hidden volumes' UUIDs are LVM's own affair: nothing of the guest's names them. */
static void
name_work_pools (const TplPlanning *planning, TplVolumeGroup *group)
{
  const char *seed = planning->options->seed;

  for (guint i = 0; i < group->thin_pools->len; i++) {
    TplThinPool *pool = g_ptr_array_index (group->thin_pools, i);
    g_autofree char *work = g_strconcat ("work pool ", group->name, "/", pool->name, NULL);
    g_autofree char *metadata = g_strconcat (work, " metadata", NULL);
    g_autofree char *data = g_strconcat (work, " data", NULL);

    replace (&pool->work_uuid, tpl_uuid_new_lvm (seed, work));
    replace (&pool->metadata_uuid, tpl_uuid_new_lvm (seed, metadata));
    replace (&pool->data_uuid, tpl_uuid_new_lvm (seed, data));
  }
}

static void
name_work (const TplPlanning *planning, TplVolumeGroup *group)
{
  const char *seed = planning->options->seed;
  g_autofree char *what = purpose ("work vg", group->name);
  g_autofree char *pv_what = purpose ("work pv", group->pv_id);

  replace (&group->work_name, new_work_name (planning, group->name));
  replace (&group->work_uuid, tpl_uuid_new_lvm (seed, what));
  replace (&group->work_pv_uuid, tpl_uuid_new_lvm (seed, pv_what));
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);
    g_autofree char *lv_what = purpose ("work", logical_volume->volume->id);

    replace (&logical_volume->work_uuid, tpl_uuid_new_lvm (seed, lv_what));
  }
  name_work_pools (planning, group);
}

/* The group that holds the root, or NULL. */
static TplVolumeGroup *
root_group (const TplPlanning *planning)
{
  const TplGuest *guest = planning->before->guest;
  const TplLayout *layout = planning->after;

  for (guint i = 0; guest != NULL && guest->root_id != NULL && i < layout->volume_groups->len;
       i++) {
    TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, j);

      if (strcmp (logical_volume->volume->id, guest->root_id) == 0)
        return group;
    }
  }
  return NULL;
}

static gboolean
rename_group (const TplPlanning *planning, GError **error)
{
  const char *name = planning->options->vg_name;
  TplVolumeGroup *group = root_group (planning);

  if (group == NULL || name == NULL || strcmp (group->name, name) == 0)
    return TRUE;
  if (is_group_name (planning->after, name)) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "volume group %s can't be renamed %s, because another group on this disk has that "
                 "name: give another with --vg",
                 group->name, name);
    return FALSE;
  }
  replace (&group->name, g_strdup (name));
  return TRUE;
}

gboolean
tpl_planning_name (TplPlanning *planning, GError **error)
{
  TplLayout *layout = planning->after;
  const gboolean new = strcmp (planning->options->identity, "new") == 0;

  for (guint i = 0; i < layout->volume_groups->len; i++) {
    TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    if (new)
      name_group (planning, group);
    name_work (planning, group);
  }
  if (new) {
    name_table (layout, planning->options->seed);
    for (guint i = 0; i < layout->partitions->len; i++)
      name_partition (layout, g_ptr_array_index (layout->partitions, i), planning->options->seed);
    name_volumes (planning);
  }
  return new ? rename_group (planning, error) : TRUE;
}
