/* SPDX-License-Identifier: GPL-3.0-or-later */
/** create: partition table, boot code, volume groups and filesystems of the target. */
#include <string.h>

#include "adapt/table.h"
#include "error.h"
#include "plan/uuid.h"
#include "stage/launch.h"
#include "stage/luks.h"
#include "stage/lvm.h"
#include "stage/run.h"

#define MIB (1024u * 1024)
/* The master boot record: code up to the disk signature; sectors after it up to the first partition
 * hold the boot loader's core ("MBR gap"). */
#define BOOT_CODE_BYTES 440u
#define GAP_START_BYTES 512u
/* The first entry's active flag: some firmware boots no GPT disk without it. */
#define ACTIVE_FLAG_BYTE 446u

static guint64
first_start (const TplLayout *layout)
{
  guint64 first = layout->size_bytes;
  for (guint i = 0; i < layout->partitions->len; i++)
    first = MIN (first, ((const TplPartition *)layout->partitions->pdata[i])->start_bytes);
  return first;
}

static gboolean
copy_range (const TplMirror *from, TplMirror *to, guint64 start_bytes, guint64 end_bytes,
            GError **error)
{
  if (end_bytes <= start_bytes)
    return TRUE;
  g_autoptr (GBytes) bytes
      = tpl_mirror_read (from, start_bytes, (gsize)(end_bytes - start_bytes), error);
  return bytes && tpl_mirror_write (to, start_bytes, bytes, error);
}

/* GPT's place for what lies in an MBR disk's gap. */
static gboolean
carry_bios_boot (const TplRun *run, const TplPartition *to, GError **error)
{
  const TplPartition *from = tpl_layout_partition (run->plan->before->layout, to->number);
  g_autofree char *source = tpl_appliance_device ("source", 0);
  g_autofree char *target = tpl_appliance_device ("target", 0);
  guint64 length = MIN (from->volume->size_bytes, to->volume->size_bytes);
  for (guint64 at = 0; at < length; at += MIB) {
    g_autoptr (GBytes) bytes
        = tpl_appliance_read (run->appliance, source, from->start_bytes + at,
                              (gsize)MIN (length - at, MIB), error);
    if (!bytes
        || !tpl_appliance_write (run->appliance, target, to->start_bytes + at, bytes, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
carry_bios_boots (const TplRun *run, GError **error)
{
  for (guint i = 0; i < run->plan->after->partitions->len; i++) {
    const TplPartition *partition = run->plan->after->partitions->pdata[i];
    if (tpl_partition_is_bios_boot (partition) && !carry_bios_boot (run, partition, error))
      return FALSE;
  }
  return TRUE;
}

/* Boot code does not depend on where partitions end: it is carried over byte for byte. */
static gboolean
carry_boot_code (const TplRun *run, TplMirror *target, GError **error)
{
  guint64 gap_end = MIN (first_start (run->plan->before->layout), first_start (run->plan->after));
  if (g_strcmp0 (run->plan->after->table, "gpt") == 0)
    return copy_range (run->source_head, target, 0, BOOT_CODE_BYTES, error)
           && copy_range (run->source_head, target, ACTIVE_FLAG_BYTE, ACTIVE_FLAG_BYTE + 1, error);
  return copy_range (run->source_head, target, 0, BOOT_CODE_BYTES, error)
         && copy_range (run->source_head, target, GAP_START_BYTES, MIN (gap_end, MIB), error);
}

/* A device that held something else: no old signature may shine through at its ends. */
static gboolean
clear_ends (TplRun *run, const char *disk, GError **error)
{
  if (!run->target.is_device)
    return TRUE; /* a new file is all zeros */
  g_autofree guint8 *zeros = g_malloc0 (MIB);
  g_autoptr (GBytes) blank = g_bytes_new (zeros, MIB);
  return tpl_appliance_write (run->appliance, disk, 0, blank, error)
         && tpl_appliance_write (run->appliance, disk, run->target.size_bytes - MIB, blank, error);
}

static void
know_partitions (TplRun *run)
{
  for (guint i = 0; i < run->plan->after->partitions->len; i++) {
    const TplPartition *partition = run->plan->after->partitions->pdata[i];
    if (partition->volume)
      g_hash_table_insert (run->target_devices, g_strdup (partition->volume->id),
                           tpl_appliance_device ("target", partition->number));
  }
}

static gboolean
make_table (TplRun *run, GError **error)
{
  const TplLayout *layout = run->plan->after;
  g_autofree char *disk = tpl_appliance_device ("target", 0);
  g_autoptr (TplMirror) mirror = tpl_mirror_new (layout->size_bytes, error);
  if (!mirror || !clear_ends (run, disk, error))
    return FALSE;
  mirror->sector_bytes = layout->sector_bytes;
  know_partitions (run);
  if (!layout->table)
    return TRUE;
  return tpl_table_write (mirror, layout, error) && carry_boot_code (run, mirror, error)
         && tpl_mirror_push (mirror, run->appliance, disk, error)
         && carry_bios_boots (run, error)
         && tpl_appliance_reread_table (run->appliance, disk, error);
}

/* Whatever libblkid takes its bytes for. */
static gboolean
is_boot_code (const TplLayout *layout, const TplVolume *volume)
{
  const TplPartition *partition = tpl_layout_partition_of (layout, volume->id);
  return partition && tpl_partition_is_bios_boot (partition);
}

static gboolean
add_volume (TplRun *run, TplScript *script, const TplVolume *volume, GError **error)
{
  const TplFsDriver *driver = tpl_fs_find (volume->type);
  if (!driver || !driver->make || is_boot_code (run->plan->after, volume))
    return TRUE; /* empty, unknown, or a physical volume */
  const char *device = g_hash_table_lookup (run->target_devices, volume->id);
  TplVolume made = *volume; /* borrows all that it has */
  g_autofree char *work_uuid = NULL;
  /* What can't be mounted together with its source bears another UUID until it need not. */
  if (tpl_run_gives_uuid (run, volume)) {
    g_autofree char *purpose = g_strconcat ("work ", volume->id, NULL);
    made.uuid = work_uuid = tpl_uuid_new (run->seed, purpose);
  }
  g_auto (GStrv) argv = driver->make (&made, device, error);
  if (argv)
    tpl_script_add (script, (const char *const *)argv);
  return argv != NULL;
}

gboolean
tpl_stage_create (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "making the target's partitions and filesystems");
  g_autoptr (TplScript) script = tpl_script_new ();
  if (!make_table (run, error))
    return FALSE;
  tpl_luks_create (run, script, FALSE);
  if (!tpl_lvm_create (run, script, error))
    return FALSE;
  tpl_luks_create (run, script, TRUE);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->plan->after);
  for (guint i = 0; i < volumes->len; i++)
    if (!add_volume (run, script, volumes->pdata[i], error))
      return FALSE;
  return tpl_appliance_run_script (run->appliance, script, NULL, error);
}
