/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/identity.h"

static void
add (TplRefMap *map, TplRefType type, const char *old, const char *now)
{
  if (old && *old)
    tpl_ref_map_add (map, type, old, now);
}

static void
add_volume (TplRefMap *map, const TplVolume *before, const TplVolume *after)
{
  add (map, TPL_REF_UUID, before->uuid, after ? after->uuid : NULL);
  add (map, TPL_REF_LABEL, before->label, after ? after->label : NULL);
}

static void
add_partitions (TplRefMap *map, const TplPlan *plan)
{
  const TplLayout *before = plan->before->layout;
  add (map, TPL_REF_PTUUID, before->table_uuid, plan->after->table_uuid);
  for (guint i = 0; i < before->partitions->len; i++) {
    const TplPartition *old = before->partitions->pdata[i];
    const TplPartition *now = tpl_layout_partition (plan->after, old->number);
    g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, old->number);
    add (map, TPL_REF_PARTITION, number, now ? number : NULL);
    add (map, TPL_REF_PARTUUID, old->uuid, now ? now->uuid : NULL);
    add (map, TPL_REF_PARTLABEL, old->name, now ? now->name : NULL);
  }
}

static void
add_group (TplRefMap *map, const TplVolumeGroup *old, const TplVolumeGroup *now)
{
  add (map, TPL_REF_LVM_UUID, old->uuid, now->uuid);
  add (map, TPL_REF_LVM_UUID, old->pv_uuid, now->pv_uuid);
  for (guint i = 0; i < old->other_pvs->len; i++)
    add (map, TPL_REF_LVM_UUID, ((const TplPhysicalVolume *)old->other_pvs->pdata[i])->uuid,
         now->pv_uuid);
  add (map, TPL_REF_VG, old->name, now->name);
  for (guint i = 0; i < old->logical_volumes->len; i++) {
    const TplLogicalVolume *before = old->logical_volumes->pdata[i];
    const TplLogicalVolume *after = tpl_volume_group_logical (now, before->volume->id);
    g_autofree char *from = g_strdup_printf ("%s/%s", old->name, before->name);
    g_autofree char *to = after ? g_strdup_printf ("%s/%s", now->name, after->name) : NULL;
    add (map, TPL_REF_LV, from, to);
    add (map, TPL_REF_LVM_UUID, before->uuid, after ? after->uuid : NULL);
  }
}

static const TplVolumeGroup *
group_on (const TplLayout *layout, const char *pv_id)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    if (g_strcmp0 (group->pv_id, pv_id) == 0)
      return group;
  }
  return NULL;
}

TplRefMap *
tpl_identity_map (const TplPlan *plan)
{
  TplRefMap *map = tpl_ref_map_new ();
  const TplLayout *before = plan->before->layout;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (before);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    add_volume (map, volume, tpl_layout_find (plan->after, volume->id));
  }
  add_partitions (map, plan);
  for (guint i = 0; i < before->volume_groups->len; i++) {
    const TplVolumeGroup *old = before->volume_groups->pdata[i];
    const TplVolumeGroup *now = group_on (plan->after, old->pv_id);
    if (now)
      add_group (map, old, now);
  }
  return map;
}
