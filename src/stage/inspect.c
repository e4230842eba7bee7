/* SPDX-License-Identifier: GPL-3.0-or-later */
/** inspect: what the source holds. Reads through an overlay, so that replaying a journal writes
 * nothing to it. */
#include <string.h>

#include "adapt/lvm-report.h"
#include "adapt/probe.h"
#include "adapt/table.h"
#include "error.h"
#include "stage/guest.h"
#include "stage/launch.h"
#include "stage/run.h"

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

/* A disk without a partition table is one volume. */
static void
add_whole_disk (TplLayout *layout)
{
  TplPartition *whole = tpl_value_new (&tpl_partition_type);
  whole->role = g_strdup ("primary");
  whole->end_bytes = layout->size_bytes;
  whole->volume = tpl_value_new (&tpl_volume_type);
  whole->volume->id = g_strdup ("part:0");
  whole->volume->size_bytes = layout->size_bytes;
  g_ptr_array_add (layout->partitions, whole);
}

static gboolean
inspect_partitions (TplRun *run, TplLayout *layout, GError **error)
{
  g_autofree char *disk = tpl_appliance_device ("source", 0);
  TplReader from = tpl_appliance_reader (run->appliance, disk);
  guint64 size_bytes = 0;
  if (!tpl_appliance_device_size (run->appliance, disk, &size_bytes, error))
    return FALSE;
  run->source_head = tpl_mirror_new (run->folder, size_bytes, error);
  if (!run->source_head
      || !tpl_mirror_fetch (run->source_head, run->appliance, disk, 0, MIB, error)
      || !tpl_mirror_fetch (run->source_head, run->appliance, disk,
                            size_bytes - MIN (size_bytes, MIB), MIB, error)
      || !tpl_table_fetch (run->source_head, &from, error)
      || !tpl_table_read (run->source_head, layout, error))
    return FALSE;
  if (!layout->table)
    add_whole_disk (layout);
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    TplVolume *volume = partition->volume;
    if (!volume)
      continue;
    char *device = tpl_appliance_device ("source", partition->number);
    if (!set_device (run, volume, device, error))
      return FALSE;
    if (tpl_partition_is_bios_boot (partition)) {
      volume->type = g_strdup ("boot-code"); /* stale signatures and all, it is a boot loader's */
      continue;
    }
    if (!fetch_ends (run, run->source_head, disk, partition->start_bytes, volume->size_bytes,
                        error)
        || !tpl_probe_volume (run->source_head->fd, partition->start_bytes, volume->size_bytes,
                              volume, error)
        || !look_for_data (run, volume, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
inspect_logical_volumes (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    TplVolume *volume = logical->volume;
    char *device = g_strdup_printf ("/dev/%s/%s", group->name, logical->name);
    if (!set_device (run, volume, device, error))
      return FALSE;
    g_autoptr (TplMirror) mirror = tpl_mirror_new (run->folder, volume->size_bytes, error);
    if (!mirror || !fetch_ends (run, mirror, device, 0, volume->size_bytes, error)
        || !tpl_probe_volume (mirror->fd, 0, volume->size_bytes, volume, error)
        || !look_for_data (run, volume, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
inspect_lvm (TplRun *run, TplLayout *layout, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (!partition->volume || g_strcmp0 (partition->volume->type, "LVM2_member") != 0)
      continue;
    g_ptr_array_add (devices,
                     g_hash_table_lookup (run->source_devices, partition->volume->id));
  }
  if (devices->len == 0)
    return TRUE;
  g_ptr_array_add (devices, NULL);
  const char *const *names = (const char *const *)devices->pdata;
  g_auto (GStrv) argv = tpl_lvm_report_argv (names);
  g_autofree char *report = NULL;
  if (!tpl_appliance_use_lvm (run->appliance, names, error)
      || !tpl_appliance_run (run->appliance, (const char *const *)argv, NULL, &report, error)
      || !tpl_lvm_report_read (report, layout, error))
    return FALSE;
  for (guint i = 0; i < layout->volume_groups->len; i++)
    if (!inspect_logical_volumes (run, layout->volume_groups->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* What only a look inside tells. */
static gboolean
survey (TplRun *run, const TplFsDisk *disk, const char *folder, TplVolume *volume, GError **error)
{
  GPtrArray *subvolumes = tpl_run_subvolumes_new ();
  g_hash_table_insert (run->subvolumes, g_strdup (volume->id), subvolumes);
  if (!tpl_fs_find (volume->type)
           ->survey (disk, folder, run->request->snapshots, volume, subvolumes, error))
    return FALSE;
  g_autofree char *left_out = tpl_run_left_out (run, volume);
  g_auto (GStrv) lines = g_strsplit (left_out, "\n", -1);
  for (size_t i = 0; lines[i] && *lines[i]; i++)
    tpl_run_note (run, TPL_EVENT_WARNING, "the snapshot %s of %s is left out",
                  lines[i] + strlen ("removed "), volume->id);
  return TRUE;
}

static gboolean
inspect_filesystem (TplRun *run, TplVolume *volume, GError **error)
{
  if (g_strcmp0 (volume->type, "swsuspend") == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s holds a hibernated system: start the guest and shut it down", volume->id);
  const TplFsDriver *driver = tpl_fs_find (volume->type);
  if (!driver)
    return TRUE; /* the planner judges it */
  const char *device = g_hash_table_lookup (run->source_devices, volume->id);
  TplFsDisk disk = tpl_run_disk (run, device);
  if (!driver->inspect (&disk, volume, error))
    return FALSE;
  if (!driver->read_options)
    return TRUE;
  g_autofree char *folder = tpl_run_folder (run, "src", volume);
  g_autoptr (GError) why = NULL;
  if (!tpl_appliance_mount (run->appliance, device, driver->read_options, folder, &why))
    return tpl_fail (error, why->code == TPL_ERROR_FAILED ? TPL_ERROR_REFUSED : why->code,
                     "%s can't be mounted (%s): repair it in the guest first", volume->id,
                     why->message);
  TplSpace space;
  if (!tpl_appliance_space (run->appliance, folder, &space, error))
    return FALSE;
  volume->used_bytes = space.total_bytes - space.free_bytes;
  volume->free_bytes = space.free_bytes;
  return !driver->survey || survey (run, &disk, folder, volume, error);
}

gboolean
tpl_stage_inspect (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "starting the appliance and reading SOURCE");
  if (!tpl_run_launch (run, error))
    return FALSE;
  run->inventory = tpl_value_new (&tpl_inventory_type);
  run->inventory->source = g_strdup (run->source.path);
  TplLayout *layout = run->inventory->layout = tpl_value_new (&tpl_layout_type);
  if (!inspect_partitions (run, layout, error) || !inspect_lvm (run, layout, error))
    return FALSE;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++)
    if (!inspect_filesystem (run, volumes->pdata[i], error))
      return FALSE;
  return tpl_guest_inspect (run, error);
}
