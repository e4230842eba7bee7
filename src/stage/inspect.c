/* SPDX-License-Identifier: GPL-3.0-or-later */
/** inspect: what the source holds. Reads through an overlay, so that replaying a journal writes
 * nothing to it. */
#include "error.h"
#include "stage/guest.h"
#include "stage/launch.h"
#include "stage/luks.h"
#include "stage/lvm.h"
#include "stage/run.h"
#include "stage/volumes.h"

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
  if (!tpl_appliance_mount (run->appliance, device, volume->type, driver->read_options, folder,
                            &why))
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

/* Those on partitions, where physical volumes may be, or on logical volumes. */
static gboolean
open_encrypted (TplRun *run, TplLayout *layout, const char *prefix, GError **error)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (g_strcmp0 (volume->type, "crypto_LUKS") == 0 && g_str_has_prefix (volume->id, prefix)
        && !tpl_luks_open (run, layout, volume, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_stage_inspect (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "reading SOURCE");
  run->inventory = tpl_value_new (&tpl_inventory_type);
  run->inventory->source = g_strdup (run->source.path);
  TplLayout *layout = run->inventory->layout = tpl_value_new (&tpl_layout_type);
  if (!tpl_volumes_read_disk (run, layout, error) || !open_encrypted (run, layout, "part:", error)
      || !tpl_lvm_inspect (run, layout, error) || !open_encrypted (run, layout, "lv:", error))
    return FALSE;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++)
    if (!inspect_filesystem (run, volumes->pdata[i], error))
      return FALSE;
  return tpl_guest_inspect (run, error);
}
