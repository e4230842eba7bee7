/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/layout.h"

static const TplField fact_fields[] = {
    TPL_STRING (TplFact, name),
    TPL_UINT (TplFact, value),
    {0},
};
const TplType tpl_fact_type = {"fact", sizeof (TplFact), fact_fields};

static const TplField volume_fields[] = {
    TPL_STRING (TplVolume, id),
    TPL_STRING (TplVolume, type),
    TPL_STRING (TplVolume, uuid),
    TPL_STRING (TplVolume, label),
    TPL_STRING (TplVolume, mountpoint),
    TPL_UINT (TplVolume, size_bytes),
    TPL_UINT (TplVolume, used_bytes),
    TPL_UINT (TplVolume, free_bytes),
    TPL_LIST (TplVolume, facts, &tpl_fact_type),
    {0},
};
const TplType tpl_volume_type = {"volume", sizeof (TplVolume), volume_fields};

static const TplField partition_fields[] = {
    TPL_UINT (TplPartition, number),
    TPL_UINT (TplPartition, start_bytes),
    TPL_UINT (TplPartition, end_bytes),
    TPL_STRING (TplPartition, role),
    TPL_STRING (TplPartition, type),
    TPL_STRING (TplPartition, name),
    TPL_STRING (TplPartition, uuid),
    TPL_BOOL (TplPartition, bootable),
    TPL_UINT (TplPartition, attributes),
    TPL_VALUE (TplPartition, volume, &tpl_volume_type),
    {0},
};
const TplType tpl_partition_type = {"partition", sizeof (TplPartition), partition_fields};

static const TplField logical_volume_fields[] = {
    TPL_STRING (TplLogicalVolume, name),
    TPL_STRING (TplLogicalVolume, uuid),
    TPL_STRING (TplLogicalVolume, work_uuid),
    TPL_STRING (TplLogicalVolume, segment_type),
    TPL_STRING (TplLogicalVolume, thin_pool),
    TPL_STRING (TplLogicalVolume, tags),
    TPL_UINT (TplLogicalVolume, extents),
    TPL_UINT (TplLogicalVolume, start_extent),
    TPL_VALUE (TplLogicalVolume, volume, &tpl_volume_type),
    {0},
};
const TplType tpl_logical_volume_type = {"logical volume", sizeof (TplLogicalVolume),
                                         logical_volume_fields};

static const TplField thin_pool_fields[] = {
    TPL_STRING (TplThinPool, name),
    TPL_STRING (TplThinPool, uuid),
    TPL_STRING (TplThinPool, work_uuid),
    TPL_STRING (TplThinPool, metadata_uuid),
    TPL_STRING (TplThinPool, data_uuid),
    TPL_STRING (TplThinPool, discards),
    TPL_BOOL (TplThinPool, zero),
    TPL_STRING (TplThinPool, tags),
    TPL_UINT (TplThinPool, chunk_bytes),
    TPL_UINT (TplThinPool, metadata_extents),
    TPL_UINT (TplThinPool, metadata_start_extent),
    TPL_UINT (TplThinPool, extents),
    TPL_UINT (TplThinPool, start_extent),
    {0},
};
const TplType tpl_thin_pool_type = {"thin pool", sizeof (TplThinPool), thin_pool_fields};

static const TplField physical_volume_fields[] = {
    TPL_STRING (TplPhysicalVolume, id),
    TPL_STRING (TplPhysicalVolume, uuid),
    {0},
};
const TplType tpl_physical_volume_type = {"physical volume", sizeof (TplPhysicalVolume),
                                          physical_volume_fields};

static const TplField volume_group_fields[] = {
    TPL_STRING (TplVolumeGroup, name),
    TPL_STRING (TplVolumeGroup, work_name),
    TPL_STRING (TplVolumeGroup, uuid),
    TPL_STRING (TplVolumeGroup, work_uuid),
    TPL_STRING (TplVolumeGroup, pv_id),
    TPL_STRING (TplVolumeGroup, pv_uuid),
    TPL_STRING (TplVolumeGroup, work_pv_uuid),
    TPL_UINT (TplVolumeGroup, pv_count),
    TPL_LIST (TplVolumeGroup, other_pvs, &tpl_physical_volume_type),
    TPL_STRING (TplVolumeGroup, tags),
    TPL_UINT (TplVolumeGroup, extent_bytes),
    TPL_UINT (TplVolumeGroup, pe_start_bytes),
    TPL_UINT (TplVolumeGroup, extents),
    TPL_LIST (TplVolumeGroup, logical_volumes, &tpl_logical_volume_type),
    TPL_LIST (TplVolumeGroup, thin_pools, &tpl_thin_pool_type),
    {0},
};
const TplType tpl_volume_group_type = {"volume group", sizeof (TplVolumeGroup),
                                       volume_group_fields};

static const TplField encrypted_fields[] = {
    TPL_STRING (TplEncrypted, id),
    TPL_UINT (TplEncrypted, header_bytes),
    TPL_VALUE (TplEncrypted, volume, &tpl_volume_type),
    {0},
};
const TplType tpl_encrypted_type = {"encrypted volume", sizeof (TplEncrypted), encrypted_fields};

static const TplField layout_fields[] = {
    TPL_UINT (TplLayout, size_bytes),
    TPL_UINT (TplLayout, sector_bytes),
    TPL_STRING (TplLayout, table),
    TPL_STRING (TplLayout, table_uuid),
    TPL_LIST (TplLayout, partitions, &tpl_partition_type),
    TPL_LIST (TplLayout, volume_groups, &tpl_volume_group_type),
    TPL_LIST (TplLayout, encrypted, &tpl_encrypted_type),
    {0},
};
const TplType tpl_layout_type = {"layout", sizeof (TplLayout), layout_fields};

static TplFact *
find_fact (const TplVolume *volume, const char *name)
{
  for (guint i = 0; i < volume->facts->len; i++) {
    TplFact *fact = g_ptr_array_index (volume->facts, i);

    if (g_strcmp0 (fact->name, name) == 0)
      return fact;
  }
  return NULL;
}

gboolean
tpl_partition_is_bios_boot (const TplPartition *partition)
{
  return partition->type != NULL &&
         g_ascii_strcasecmp (partition->type, "21686148-6449-6e6f-744e-656564454649") == 0;
}

guint64
tpl_volume_get_fact (const TplVolume *volume, const char *name, guint64 otherwise)
{
  const TplFact *fact = find_fact (volume, name);

  return fact != NULL ? fact->value : otherwise;
}

void
tpl_volume_set_fact (TplVolume *volume, const char *name, guint64 value)
{
  TplFact *fact = find_fact (volume, name);

  if (fact == NULL) {
    fact = tpl_value_new (&tpl_fact_type);
    fact->name = g_strdup (name);
    g_ptr_array_add (volume->facts, fact);
  }
  fact->value = value;
}

void
tpl_volume_clear_facts (TplVolume *volume)
{
  for (guint i = 0; i < volume->facts->len; i++)
    tpl_value_free (&tpl_fact_type, g_ptr_array_index (volume->facts, i));
  g_ptr_array_set_size (volume->facts, 0);
}

GPtrArray *
tpl_layout_volumes (const TplLayout *layout)
{
  GPtrArray *volumes = g_ptr_array_new ();

  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->volume != NULL)
      g_ptr_array_add (volumes, partition->volume);
  }
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, j);

      if (logical_volume->volume != NULL)
        g_ptr_array_add (volumes, logical_volume->volume);
    }
  }
  for (guint i = 0; i < layout->encrypted->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);

    if (encrypted->volume != NULL)
      g_ptr_array_add (volumes, encrypted->volume);
  }
  return volumes;
}

TplEncrypted *
tpl_layout_encrypted (const TplLayout *layout, const char *id)
{
  for (guint i = 0; i < layout->encrypted->len; i++) {
    TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);

    if (g_strcmp0 (encrypted->id, id) == 0)
      return encrypted;
  }
  return NULL;
}

TplVolume *
tpl_layout_find (const TplLayout *layout, const char *id)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);

  for (guint i = 0; id != NULL && i < volumes->len; i++) {
    TplVolume *volume = g_ptr_array_index (volumes, i);

    if (g_strcmp0 (volume->id, id) == 0)
      return volume;
  }
  return NULL;
}

TplThinPool *
tpl_volume_group_pool (const TplVolumeGroup *group, const char *name)
{
  for (guint i = 0; i < group->thin_pools->len; i++) {
    TplThinPool *pool = g_ptr_array_index (group->thin_pools, i);

    if (g_strcmp0 (pool->name, name) == 0)
      return pool;
  }
  return NULL;
}

TplLogicalVolume *
tpl_volume_group_logical (const TplVolumeGroup *group, const char *volume_id)
{
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    if (g_strcmp0 (logical_volume->volume->id, volume_id) == 0)
      return logical_volume;
  }
  return NULL;
}

TplPartition *
tpl_layout_partition (const TplLayout *layout, guint64 number)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->number == number)
      return partition;
  }
  return NULL;
}

TplPartition *
tpl_layout_partition_of (const TplLayout *layout, const char *volume_id)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->volume != NULL && g_strcmp0 (partition->volume->id, volume_id) == 0)
      return partition;
  }
  return NULL;
}

void
tpl_layout_add_whole_disk (TplLayout *layout)
{
  TplPartition *whole = tpl_value_new (&tpl_partition_type);
  whole->role = g_strdup ("primary");
  whole->end_bytes = layout->size_bytes;
  whole->volume = tpl_value_new (&tpl_volume_type);
  whole->volume->id = g_strdup ("part:0");
  whole->volume->size_bytes = layout->size_bytes;
  g_ptr_array_add (layout->partitions, whole);
}
