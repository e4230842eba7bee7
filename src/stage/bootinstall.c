/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/bootinstall.h"

#include <string.h>

#include "boot/boot.h"
#include "stage/edits.h"
#include "stage/guest-files.h"
#include "stage/launch.h"
#include "stage/loaders.h"

#define BOOT_IN           "/tmp/boot-in"
#define BOOT_OUT          "/tmp/boot-out"
#define BOOT_SECTOR_BYTES 512u

/* The guest's path of the first file that the driver's texts name on the boot volume; the
 * caller's. */
static char *
path_of (const TplRun *run, const TplBootDriver *loader, const TplVolume *boot)
{
  const char *mountpoint = strcmp (boot->mountpoint, "/") == 0 ? "" : boot->mountpoint;
  for (const char *const *text = loader->texts; *text; text++)
    if (g_hash_table_contains (run->boot_files, *text))
      return g_strconcat (mountpoint, *text, NULL);
  return NULL;
}

static gboolean
install (TplRun *run, const TplBootDriver *loader, GBytes **boot_sector, GError **error)
{
  const TplVolume *boot = tpl_boot_volume (run->plan);
  const TplPartition *partition
      = boot ? tpl_layout_partition_of (run->plan->after, boot->id) : NULL;
  g_autofree char *path = partition ? path_of (run, loader, boot) : NULL;
  if (!path)
    return TRUE;
  TplFsDisk disk = tpl_run_disk (run, g_hash_table_lookup (run->target_devices, boot->id));
  g_autoptr (GBytes) before
      = tpl_appliance_read (run->appliance, g_hash_table_lookup (run->source_devices, boot->id), 0,
                            BOOT_SECTOR_BYTES, error);
  const TplBootInstall what = { .disk = &disk,
                                .root = TPL_GUEST_FOLDER,
                                .path = path,
                                .boot_in = BOOT_IN,
                                .boot_out = BOOT_OUT,
                                .start_bytes = partition->start_bytes,
                                .size_bytes = partition->end_bytes - partition->start_bytes };
  if (!before || !tpl_appliance_put (run->appliance, BOOT_IN, before, error)
      || !loader->install (&what, error))
    return FALSE;
  tpl_edits_add (run, "edited", path);
  *boot_sector = tpl_appliance_get (run->appliance, BOOT_OUT, error);
  return *boot_sector != NULL;
}

gboolean
tpl_bootfix_install (TplRun *run, GBytes **boot_sector, GError **error)
{
  g_autoptr (GPtrArray) loaders = tpl_loaders_find (run, error);
  for (guint i = 0; loaders && i < loaders->len; i++) {
    const TplBootDriver *loader = loaders->pdata[i];
    if (loader->install && !install (run, loader, boot_sector, error))
      return FALSE;
  }
  return loaders != NULL;
}

static gboolean
write_patches (TplRun *run, const GPtrArray *patches, GError **error)
{
  g_autofree char *disk = tpl_appliance_device ("target", 0);
  for (guint i = 0; i < patches->len; i++) {
    const TplBootPatch *patch = patches->pdata[i];
    if (!tpl_appliance_write (run->appliance, disk, patch->start_bytes, patch->bytes, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_bootfix_rename (TplRun *run, const TplRefMap *map, GError **error)
{
  g_autoptr (GPtrArray) loaders = tpl_loaders_find (run, error);
  g_autoptr (GBytes) head = loaders ? tpl_loaders_head (run, error) : NULL;
  g_autoptr (GPtrArray) patches
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_patch_free);
  for (guint i = 0; head && i < loaders->len; i++) {
    const TplBootDriver *loader = loaders->pdata[i];
    if (loader->rename && !loader->rename (head, map, patches, error))
      return FALSE;
  }
  return head && write_patches (run, patches, error);
}

gboolean
tpl_bootfix_write_boot_sector (TplRun *run, GBytes *boot_sector, GError **error)
{
  const TplVolume *boot = tpl_boot_volume (run->plan);
  return !boot_sector
         || tpl_appliance_write (run->appliance, g_hash_table_lookup (run->target_devices, boot->id),
                                 0, boot_sector, error);
}
