/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/volumes.h"

#include <string.h>

#include "adapt/probe.h"
#include "adapt/table.h"
#include "error.h"
#include "stage/loaders.h"

#define MIB (1024u * 1024)
/* Where libblkid looks for signatures, seen from the start and the end of a volume. */
#define HEAD_BYTES (512u * 1024)
#define TAIL_BYTES (256u * 1024)

static gboolean
fetch_ends (TplRun *run, TplMirror *mirror, const char *device, guint64 start_bytes,
            guint64 size_bytes, GError **error)
{
  guint64 tail = MIN (size_bytes, TAIL_BYTES);
  return tpl_mirror_fetch (mirror, run->appliance, device, start_bytes,
                           MIN (size_bytes, HEAD_BYTES), error)
         && tpl_mirror_fetch (mirror, run->appliance, device, start_bytes + size_bytes - tail,
                              tail, error);
}

static gboolean
set_device (TplRun *run, const TplVolume *volume, char *device, GError **error)
{
  g_hash_table_insert (run->source_devices, g_strdup (volume->id), device);
  guint64 size_bytes = 0;
  if (!tpl_appliance_device_size (run->appliance, device, &size_bytes, error))
    return FALSE;
  return size_bytes == volume->size_bytes
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "%s is %" G_GUINT64_FORMAT " bytes to its table, but %" G_GUINT64_FORMAT
                      " to the kernel: the partition table is damaged",
                      volume->id, volume->size_bytes, size_bytes);
}

/* What bears no signature may still be somebody's data: only zeros are nothing. */
static gboolean
look_for_data (TplRun *run, TplVolume *volume, GError **error)
{
  gboolean blank = FALSE;
  if (strcmp (volume->type, "empty") != 0)
    return TRUE;
  if (!tpl_appliance_is_blank (
          run->appliance, g_hash_table_lookup (run->source_devices, volume->id), &blank, error))
    return FALSE;
  if (!blank) {
    g_free (volume->type);
    volume->type = g_strdup ("unknown");
  }
  return TRUE;
}

static gboolean
probe_partition (TplRun *run, const char *label, TplMirror *head, const TplPartition *partition,
                 GError **error)
{
  TplVolume *volume = partition->volume;
  g_autofree char *disk = tpl_appliance_device (label, 0);
  if (!set_device (run, volume, tpl_appliance_device (label, partition->number), error))
    return FALSE;
  if (tpl_partition_is_bios_boot (partition)) {
    volume->type = g_strdup ("boot-code"); /* stale signatures and all, it is a boot loader's */
    return TRUE;
  }
  return fetch_ends (run, head, disk, partition->start_bytes, volume->size_bytes, error)
         && tpl_probe_volume (head->fd, partition->start_bytes, volume->size_bytes, volume, error);
}

static gboolean
read_table (TplRun *run, const char *label, TplLayout *layout, TplMirror *head, GError **error)
{
  g_autofree char *disk = tpl_appliance_device (label, 0);
  guint64 size_bytes = head->size_bytes;
  TplReader from = tpl_appliance_reader (run->appliance, disk);
  return tpl_mirror_fetch (head, run->appliance, disk, 0, MIB, error)
         && tpl_mirror_fetch (head, run->appliance, disk, size_bytes - MIN (size_bytes, MIB), MIB,
                              error)
         && tpl_table_fetch (head, &from, error)
         && tpl_table_read (head, layout, error);
}

static gboolean
read_disk (TplRun *run, const char *label, const char *prefix, TplLayout *layout, TplMirror **head,
           GError **error)
{
  g_autofree char *disk = tpl_appliance_device (label, 0);
  guint64 size_bytes = 0;
  if (!tpl_appliance_device_size (run->appliance, disk, &size_bytes, error)
      || !(*head = tpl_mirror_new (size_bytes, error))
      || !tpl_appliance_sector_size (run->appliance, disk, &(*head)->sector_bytes, error)
      || !read_table (run, label, layout, *head, error))
    return FALSE;
  if (!layout->table)
    tpl_layout_add_whole_disk (layout);
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (!partition->volume)
      continue;
    char *id = partition->volume->id;
    partition->volume->id = g_strconcat (prefix, id, NULL);
    g_free (id);
    if (!probe_partition (run, label, *head, partition, error))
      return FALSE;
  }
  return TRUE;
}

/* What lies behind the first MiB, which is there. */
static gboolean
fetch_boot_code (TplRun *run, const char *disk, guint64 head_bytes, GError **error)
{
  return head_bytes <= MIB
         || tpl_mirror_fetch (run->source_head, run->appliance, disk, MIB, head_bytes - MIB, error);
}

gboolean
tpl_volumes_read_disk (TplRun *run, TplLayout *layout, GError **error)
{
  g_autofree char *disk = tpl_appliance_device ("source", 0);
  if (!read_disk (run, "source", "", layout, &run->source_head, error)
      || !fetch_boot_code (run, disk, tpl_loaders_head_bytes (layout), error))
    return FALSE;
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (partition->volume && !look_for_data (run, partition->volume, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_volumes_probe (TplRun *run, TplVolume *volume, const char *device, GError **error)
{
  if (!set_device (run, volume, g_strdup (device), error))
    return FALSE;
  g_autoptr (TplMirror) mirror = tpl_mirror_new (volume->size_bytes, error);
  return mirror && fetch_ends (run, mirror, device, 0, volume->size_bytes, error)
         && tpl_probe_volume (mirror->fd, 0, volume->size_bytes, volume, error)
         && look_for_data (run, volume, error);
}

/* No logical volume is known yet. */
static void
add_pvs (const TplLayout *layout, GPtrArray *pvs)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (g_strcmp0 (volume->type, "LVM2_member") != 0)
      continue;
    TplPhysicalVolume *pv = tpl_value_new (&tpl_physical_volume_type);
    pv->id = g_strdup (volume->id);
    pv->uuid = g_strdup (volume->uuid);
    g_ptr_array_add (pvs, pv);
  }
}

gboolean
tpl_volumes_find_pvs (TplRun *run, const TplLayout *layout, GPtrArray *pvs, GError **error)
{
  add_pvs (layout, pvs);
  for (guint i = 0; i < run->others->len; i++) {
    g_autofree char *label = tpl_volumes_other_label (i);
    g_autofree char *prefix = g_strdup_printf ("disk%u:", i + 1);
    g_autoptr (TplMirror) head = NULL;
    TplLayout *other = tpl_value_new (&tpl_layout_type);
    gboolean read = read_disk (run, label, prefix, other, &head, error);
    if (read)
      add_pvs (other, pvs);
    else
      g_prefix_error (error, "--disk \"%s\": ",
                      ((const TplPlace *)run->others->pdata[i])->path);
    tpl_value_free (&tpl_layout_type, other);
    if (!read)
      return FALSE;
  }
  return TRUE;
}

char *
tpl_volumes_other_label (guint i)
{
  return g_strdup_printf ("other%c", 'a' + (char)i); /* libguestfs takes letters alone */
}
