/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A disk's layout against the recorded one: what the planner chose, by number and by name. */
#include "receipt/receipt.h"

static const TplVolumeGroup *
find_group (const TplLayout *layout, const char *name)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    if (g_strcmp0 (group->name, name) == 0)
      return group;
  }
  return NULL;
}

static const TplLogicalVolume *
find_logical (const TplVolumeGroup *group, const char *name)
{
  for (guint i = 0; group && i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    if (g_strcmp0 (logical->name, name) == 0)
      return logical;
  }
  return NULL;
}

TplVolume *
tpl_receipt_find_volume (const TplLayout *recorded, const TplLayout *found, const char *id)
{
  const TplPartition *partition = tpl_layout_partition_of (recorded, id);
  if (partition) {
    const TplPartition *there = tpl_layout_partition (found, partition->number);
    return there ? there->volume : NULL;
  }
  for (guint i = 0; i < recorded->volume_groups->len; i++) {
    const TplVolumeGroup *group = recorded->volume_groups->pdata[i];
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *logical = group->logical_volumes->pdata[j];
      if (!logical->volume || g_strcmp0 (logical->volume->id, id) != 0)
        continue;
      const TplLogicalVolume *there
          = find_logical (find_group (found, group->name), logical->name);
      return there ? there->volume : NULL;
    }
  }
  return NULL;
}

/* What is being compared, for its differences' lines. */
typedef struct {
  const char *what;
  GPtrArray *differences;
} Subject;

static void
compare_text (const Subject *subject, const char *field, const char *recorded, const char *found)
{
  if (g_strcmp0 (recorded, found) != 0)
    g_ptr_array_add (subject->differences,
                     g_strdup_printf ("%s: %s: %s in the receipt, %s on the disk", subject->what,
                                      field, recorded ? recorded : "none", found ? found : "none"));
}

static void
compare_number (const Subject *subject, const char *field, guint64 recorded, guint64 found)
{
  if (recorded != found)
    g_ptr_array_add (subject->differences,
                     g_strdup_printf ("%s: %s: %" G_GUINT64_FORMAT " in the receipt, %"
                                      G_GUINT64_FORMAT " on the disk",
                                      subject->what, field, recorded, found));
}

static void
compare_volumes (const Subject *subject, const TplVolume *recorded, const TplVolume *found)
{
  if (!recorded || !found)
    return;
  compare_text (subject, "type", recorded->type, found->type);
  compare_text (subject, "UUID", recorded->uuid, found->uuid);
  compare_text (subject, "label", recorded->label, found->label);
}

static void
compare_partition (const TplPartition *recorded, const TplLayout *found, GPtrArray *differences)
{
  g_autofree char *what = g_strdup_printf ("partition %" G_GUINT64_FORMAT, recorded->number);
  const Subject subject = { what, differences };
  const TplPartition *there = tpl_layout_partition (found, recorded->number);
  if (!there) {
    g_ptr_array_add (differences, g_strdup_printf ("%s: missing", what));
    return;
  }
  compare_number (&subject, "start", recorded->start_bytes, there->start_bytes);
  compare_number (&subject, "end", recorded->end_bytes, there->end_bytes);
  compare_text (&subject, "role", recorded->role, there->role);
  compare_text (&subject, "partition type", recorded->type, there->type);
  compare_text (&subject, "name", recorded->name, there->name);
  compare_text (&subject, "PARTUUID", recorded->uuid, there->uuid);
  compare_number (&subject, "boot flag", recorded->bootable ? 1 : 0, there->bootable ? 1 : 0);
  compare_number (&subject, "attributes", recorded->attributes, there->attributes);
  compare_volumes (&subject, recorded->volume, there->volume);
}

static void
compare_group (const TplVolumeGroup *recorded, const TplLayout *found, GPtrArray *differences)
{
  g_autofree char *what = g_strdup_printf ("volume group %s", recorded->name);
  const Subject subject = { what, differences };
  const TplVolumeGroup *there = find_group (found, recorded->name);
  if (!there) {
    g_ptr_array_add (differences, g_strdup_printf ("%s: missing", what));
    return;
  }
  compare_text (&subject, "UUID", recorded->uuid, there->uuid);
  compare_number (&subject, "logical volumes", recorded->logical_volumes->len,
                  there->logical_volumes->len);
  for (guint i = 0; i < recorded->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = recorded->logical_volumes->pdata[i];
    const TplLogicalVolume *other = find_logical (there, logical->name);
    g_autofree char *name
        = g_strdup_printf ("logical volume %s/%s", recorded->name, logical->name);
    const Subject inner = { name, differences };
    if (!other) {
      g_ptr_array_add (differences, g_strdup_printf ("%s: missing", name));
      continue;
    }
    compare_text (&inner, "LVM's UUID", logical->uuid, other->uuid);
    compare_number (&inner, "extents", logical->extents, other->extents);
    compare_volumes (&inner, logical->volume, other->volume);
  }
}

void
tpl_receipt_compare_layouts (const TplLayout *recorded, const TplLayout *found,
                             GPtrArray *differences)
{
  const Subject disk = { "the disk", differences };
  compare_text (&disk, "partition table", recorded->table, found->table);
  compare_text (&disk, "table's UUID", recorded->table_uuid, found->table_uuid);
  compare_number (&disk, "partitions", recorded->partitions->len, found->partitions->len);
  compare_number (&disk, "volume groups", recorded->volume_groups->len,
                  found->volume_groups->len);
  for (guint i = 0; i < recorded->partitions->len; i++)
    compare_partition (recorded->partitions->pdata[i], found, differences);
  for (guint i = 0; i < recorded->volume_groups->len; i++)
    compare_group (recorded->volume_groups->pdata[i], found, differences);
}
