/* SPDX-License-Identifier: GPL-3.0-or-later */
/** copy: every filesystem's content, from the source's to the target's, both in the appliance. */
#include "error.h"
#include "stage/launch.h"
#include "stage/run.h"

static gboolean
copy_volume (TplRun *run, const TplVolume *source, const TplVolume *target, GError **error)
{
  const TplFsDriver *driver = tpl_fs_find (source->type);
  const char *device = g_hash_table_lookup (run->target_devices, target->id);
  g_autofree char *from = tpl_run_folder (run, "src", source);
  g_autofree char *to = tpl_run_folder (run, "tgt", source);
  TplFsDisk disk = tpl_run_disk (run, device);
  const char *left_out = NULL;
  if (!tpl_run_put_left_out (run, source, &left_out, error))
    return FALSE;
  const TplFsCopy copy = { .engine = run->request->engine,
                           .source_folder = from,
                           .target_folder = to,
                           .source_device = g_hash_table_lookup (run->source_devices, source->id),
                           .source = source,
                           .left_out = left_out };
  if ((driver->write_options
       && !tpl_appliance_mount (run->appliance, device, target->type, driver->write_options, to,
                                error))
      || !driver->copy (&disk, &copy, error)) {
    g_prefix_error (error, "copying %s: ", source->id);
    return FALSE;
  }
  run->progress_base_bytes += source->used_bytes;
  return TRUE;
}

gboolean
tpl_stage_copy (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "copying everything");
  run->progress_base_bytes = run->progress_total_bytes = 0;
  g_autoptr (GPtrArray) volumes = tpl_run_copied_volumes (run);
  for (guint i = 0; i < volumes->len; i++)
    run->progress_total_bytes += ((const TplVolume *)volumes->pdata[i])->used_bytes;
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *source = volumes->pdata[i];
    if (!copy_volume (run, source, tpl_layout_find (run->plan->after, source->id), error))
      return FALSE;
  }
  return TRUE;
}
