/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random-inventory.h"

#include "plan/size.h"
#include "plan/uuid.h"

static guint64
pick (GRand *chance, guint64 least, guint64 most)
{
  return least + (guint64)(g_rand_double (chance) * (double)(most - least));
}

static gboolean
once_in (GRand *chance, gint n)
{
  return g_rand_int_range (chance, 0, n) == 0;
}

static void
set_xfs_facts (GRand *chance, TplVolume *volume, guint64 sector_bytes)
{
  static const char *const features[] = {"finobt",     "sparse_inodes", "reflink", "bigtime",
                                         "inobtcount", "rmapbt",        "nrext64"};

  tpl_volume_set_fact (volume, "block_bytes", 4096);
  tpl_volume_set_fact (volume, "sector_bytes", sector_bytes);
  tpl_volume_set_fact (volume, "inode_bytes", once_in (chance, 4) ? 256 : 512);
  tpl_volume_set_fact (volume, "dirblock_bytes", 4096);
  tpl_volume_set_fact (volume, "agcount", pick (chance, 1, 40));
  tpl_volume_set_fact (volume, "log_bytes", pick (chance, 1, 16) * 4 * TPL_MIB);
  tpl_volume_set_fact (volume, "imax_pct", 25);
  tpl_volume_set_fact (volume, "crc", 1);
  tpl_volume_set_fact (volume, "ftype", 1);
  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    tpl_volume_set_fact (volume, features[i], once_in (chance, 2) ? 1 : 0);
}

static TplVolume *
random_volume (GRand *chance, const char *id, guint64 size_bytes, guint64 sector_bytes)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  const gint kind = g_rand_int_range (chance, 0, 8);

  volume->id = g_strdup (id);
  volume->size_bytes = size_bytes;
  if (kind == 0) {
    volume->type = g_strdup ("empty");
    return volume;
  }
  volume->uuid = tpl_uuid_new ("source", id);
  volume->label = once_in (chance, 2) ? g_strdup ("label") : NULL;
  volume->type = g_strdup (kind <= 2 ? "swap" : "xfs");
  if (kind <= 2)
    return volume;
  volume->mountpoint = once_in (chance, 3) ? NULL : g_strdup_printf ("/%s", id);
  volume->used_bytes = (guint64)(g_rand_double (chance) * 0.6 * (double)size_bytes);
  set_xfs_facts (chance, volume, sector_bytes);
  return volume;
}

static TplVolumeGroup *
random_group (GRand *chance, const char *name, const TplPartition *partition, guint64 sector_bytes)
{
  static const guint64 extents[] = {64 * TPL_KIB, TPL_MIB, 4 * TPL_MIB, 32 * TPL_MIB};
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  const guint64 size = partition->end_bytes - partition->start_bytes;
  const guint count = (guint)g_rand_int_range (chance, 0, 5);
  guint64 start = 0;

  group->name = g_strdup (name);
  group->uuid = tpl_uuid_new_lvm ("source", name);
  group->pv_id = g_strdup (partition->volume->id);
  group->pv_uuid = g_strdup (partition->volume->uuid);
  group->pv_count = 1;
  group->extent_bytes = extents[g_rand_int_range (chance, 0, G_N_ELEMENTS (extents))];
  group->pe_start_bytes = once_in (chance, 3) ? 192 * TPL_KIB : TPL_MIB;
  group->extents = (size - group->pe_start_bytes) / group->extent_bytes;
  for (guint i = 0; i < count; i++) {
    TplLogicalVolume *volume = tpl_value_new (&tpl_logical_volume_type);
    g_autofree char *id = g_strdup_printf ("lv:%s/lv%u", name, i);

    volume->name = g_strdup_printf ("lv%u", i);
    volume->uuid = tpl_uuid_new_lvm ("source", id);
    volume->segment_type = g_strdup ("linear");
    volume->extents = MAX (group->extents / count, 1);
    volume->start_extent = start;
    start += volume->extents;
    volume->volume =
        random_volume (chance, id, volume->extents * group->extent_bytes, sector_bytes);
    g_ptr_array_add (group->logical_volumes, volume);
  }
  return group;
}

static void
fill_partition (GRand *chance, TplLayout *layout, TplPartition *partition)
{
  g_autofree char *id = g_strdup_printf ("part:%" G_GUINT64_FORMAT, partition->number);
  const guint64 size = partition->end_bytes - partition->start_bytes;

  partition->volume = random_volume (chance, id, size, layout->sector_bytes);
  if (!once_in (chance, 3) || size < 200 * TPL_MIB)
    return;
  tpl_value_free (&tpl_volume_type, partition->volume);
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup (id);
  partition->volume->type = g_strdup ("LVM2_member");
  partition->volume->uuid = tpl_uuid_new_lvm ("source", id);
  partition->volume->size_bytes = size;
  {
    g_autofree char *name = g_strdup_printf ("vg%u", layout->volume_groups->len);

    g_ptr_array_add (layout->volume_groups,
                     random_group (chance, name, partition, layout->sector_bytes));
  }
}

static TplPartition *
add_partition (TplLayout *layout, const char *role, guint64 number, guint64 start, guint64 end)
{
  TplPartition *partition = tpl_value_new (&tpl_partition_type);

  partition->number = number;
  partition->role = g_strdup (role);
  partition->type = g_strdup ("0x83");
  partition->uuid = g_strdup_printf ("00000000-%02x", (guint)number);
  partition->start_bytes = start;
  partition->end_bytes = end;
  g_ptr_array_add (layout->partitions, partition);
  return partition;
}

/* An extended partition with one to three logical ones; returns where it ends. */
static guint64
add_logical (GRand *chance, TplLayout *layout, guint64 number, guint64 start)
{
  const guint count = (guint)g_rand_int_range (chance, 1, 4);
  TplPartition *extended = add_partition (layout, "extended", number, start, start);
  guint64 cursor = start;

  for (guint i = 0; i < count; i++) {
    const guint64 size = pick (chance, 100, 3000) * TPL_MIB;
    TplPartition *logical =
        add_partition (layout, "logical", 5 + i, cursor + TPL_MIB, cursor + TPL_MIB + size);

    fill_partition (chance, layout, logical);
    cursor = logical->end_bytes;
  }
  extended->end_bytes = cursor;
  return cursor;
}

static void
add_partitions (GRand *chance, TplLayout *layout, gboolean gpt)
{
  const guint count = (guint)g_rand_int_range (chance, 1, gpt ? 9 : 5);
  const guint extended = gpt ? 99 : (guint)g_rand_int_range (chance, 0, 8);
  const guint shift = (guint)g_rand_int_range (chance, 0, (gint)count);
  guint64 cursor = once_in (chance, 4) && !gpt && layout->sector_bytes == 512 ? 63 * 512 : TPL_MIB;

  for (guint i = 0; i < count; i++) {
    const guint64 number = 1 + (i + shift) % count; /* not in the order of their places */
    const guint64 size = pick (chance, 100, 5000) * TPL_MIB;
    TplPartition *partition;

    if (i == extended) {
      cursor = add_logical (chance, layout, number, cursor);
      continue;
    }
    partition = add_partition (layout, "primary", number, cursor, cursor + size);
    partition->bootable = i == 0;
    fill_partition (chance, layout, partition);
    cursor = partition->end_bytes + pick (chance, 0, 3) * TPL_MIB;
  }
  layout->size_bytes = tpl_size_round_up (cursor, TPL_MIB) + TPL_MIB;
}

static void
choose_root (GRand *chance, TplInventory *inventory)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (inventory->layout);
  const TplVolume *volume =
      g_ptr_array_index (volumes, (guint)g_rand_int_range (chance, 0, (gint)volumes->len));

  if (g_strcmp0 (volume->type, "xfs") == 0)
    inventory->guest->root_id = g_strdup (volume->id);
}

TplInventory *
random_inventory (GRand *chance)
{
  TplInventory *inventory = tpl_value_new (&tpl_inventory_type);
  const gboolean gpt = once_in (chance, 2);

  inventory->source = g_strdup ("random.img");
  inventory->guest = tpl_value_new (&tpl_guest_type);
  inventory->layout = tpl_value_new (&tpl_layout_type);
  inventory->layout->sector_bytes = once_in (chance, 5) ? 4096 : 512;
  inventory->layout->table = g_strdup (gpt ? "gpt" : "msdos");
  inventory->layout->table_uuid =
      gpt ? tpl_uuid_new ("source", "disk") : tpl_uuid_new_mbr ("source", "disk");
  add_partitions (chance, inventory->layout, gpt);
  choose_root (chance, inventory);
  return inventory;
}

TplPlanOptions *
random_options (GRand *chance)
{
  static const char *const swaps[] = {"minimal", "minimal", "keep", "none", "size"};
  TplPlanOptions *options = tpl_value_new (&tpl_plan_options_type);

  options->headroom_bytes =
      once_in (chance, 2) ? TPL_HEADROOM_DEFAULT : pick (chance, 0, 300) * TPL_MIB;
  options->swap = g_strdup (swaps[g_rand_int_range (chance, 0, G_N_ELEMENTS (swaps))]);
  options->swap_bytes = pick (chance, 1, 64 * TPL_MIB);
  options->identity = g_strdup (once_in (chance, 2) ? "new" : "keep");
  options->vg_name = g_strdup ("tpl");
  options->seed = g_strdup_printf ("%u", g_rand_int (chance));
  /* Large enough for any of them: half of the plans fill it. */
  if (once_in (chance, 2))
    options->size_bytes = pick (chance, 40 * TPL_GIB, 60 * TPL_GIB);
  if (once_in (chance, 3))
    options->capacity_bytes = pick (chance, 60 * TPL_GIB, 80 * TPL_GIB);
  return options;
}
