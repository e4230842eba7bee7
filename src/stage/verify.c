/* SPDX-License-Identifier: GPL-3.0-or-later */
/** verify: the target's trees against the source's, as they are on the disk, and the references in
 * them against the plan. */
#include <string.h>

#include "error.h"
#include "stage/launch.h"
#include "stage/receipt.h"
#include "stage/run.h"

#define STATUS_DIFFERENT 3 /* of tpl-helper compare */

/* A fresh mount: what is compared comes from the disk, not from what the copy left in memory. */
static gboolean
mount_anew (TplRun *run, const TplVolume *target, const char *folder, GError **error)
{
  const TplFsDriver *driver = tpl_fs_find (target->type);
  const char *device = g_hash_table_lookup (run->target_devices, target->id);
  return tpl_appliance_unmount (run->appliance, folder, error)
         && tpl_appliance_mount (run->appliance, device, target->type, driver->read_options,
                                 folder, error);
}

/* What is not copied, and the edits that bootfix made to files of this volume, with paths below its
 * root. */
static char *
expected_edits (const TplRun *run, const TplVolume *source)
{
  g_autofree char *left_out = tpl_run_left_out (run, source);
  GString *lines = g_string_new (left_out);
  for (guint i = 0; i < run->edits->len; i++) {
    const TplEdit *edit = run->edits->pdata[i];
    if (strcmp (edit->volume_id, source->id) == 0)
      g_string_append_printf (lines, "%s %s\n", edit->what, edit->path);
  }
  return g_string_free (lines, FALSE);
}

static gboolean
compare (TplRun *run, const TplVolume *source, const char *from, const char *to, GError **error)
{
  g_autofree char *expected = expected_edits (run, source);
  g_autoptr (GBytes) bytes = g_bytes_new (expected, strlen (expected));
  if (!tpl_appliance_put (run->appliance, "/tmp/expected", bytes, error))
    return FALSE;
  g_autofree char *total = g_strdup_printf ("%" G_GUINT64_FORMAT, source->used_bytes);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_strv_builder_add_many (words, "tpl-helper", "compare", "--progress", "/dev/console",
                           "--total-bytes", total, "--expected", "/tmp/expected", NULL);
  if (tpl_volume_get_fact (source, "shared_extents", 0))
    g_strv_builder_add (words, "--shared");
  if (strcmp (run->request->verify, "metadata") == 0)
    g_strv_builder_add (words, "--no-content");
  if (run->receipt)
    g_strv_builder_add_many (words, "--manifest", TPL_RECEIPT_LINES, NULL);
  g_strv_builder_add_many (words, from, to, NULL);
  g_auto (GStrv) argv = g_strv_builder_end (words);
  int status = 0;
  g_autofree char *differences = NULL;
  if (!tpl_appliance_run (run->appliance, (const char *const *)argv, &status, &differences, error))
    return FALSE;
  if (status == 0)
    return tpl_receipt_add_volume (run, source, differences, error);
  if (status != STATUS_DIFFERENT)
    return tpl_fail (error, TPL_ERROR_FAILED, "comparing %s failed: %s", source->id,
                     g_strstrip (differences));
  return tpl_fail (error, TPL_ERROR_VERIFICATION,
                   "%s differs from the source (the target is discarded):\n%s", source->id,
                   g_strstrip (differences));
}

/* What is not mounted, its driver compares. */
static gboolean
compare_devices (TplRun *run, const TplVolume *source, GError **error)
{
  TplFsDisk disk = tpl_run_disk (run, g_hash_table_lookup (run->target_devices, source->id));
  const TplFsCopy copy
      = { .source_device = g_hash_table_lookup (run->source_devices, source->id),
          .source = source };
  return tpl_fs_find (source->type)->compare (&disk, &copy, error);
}

static gboolean
verify_volume (TplRun *run, const TplVolume *source, GError **error)
{
  const TplVolume *target = tpl_layout_find (run->plan->after, source->id);
  if (!tpl_fs_find (source->type)->read_options)
    return compare_devices (run, source, error)
           && tpl_receipt_add_device (run, target, error);
  g_autofree char *from = tpl_run_folder (run, "src", source);
  g_autofree char *to = tpl_run_folder (run, "tgt", source);
  if (!mount_anew (run, target, to, error) || !compare (run, source, from, to, error))
    return FALSE;
  run->progress_base_bytes += source->used_bytes;
  return TRUE;
}

static gboolean
unmount_all (TplRun *run, const GPtrArray *volumes, GError **error)
{
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    g_autofree char *from = tpl_run_folder (run, "src", volume);
    g_autofree char *to = tpl_run_folder (run, "tgt", volume);
    if (!tpl_fs_find (volume->type)->read_options)
      continue;
    if (!tpl_appliance_unmount (run->appliance, from, error)
        || !tpl_appliance_unmount (run->appliance, to, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_stage_verify (TplRun *run, GError **error)
{
  g_autoptr (GPtrArray) volumes = tpl_run_copied_volumes (run);
  if (strcmp (run->request->verify, "none") == 0) {
    tpl_run_note (run, TPL_EVENT_WARNING, "the result is not verified (--verify none)");
    return unmount_all (run, volumes, error);
  }
  tpl_run_note (run, TPL_EVENT_STAGE, "comparing the target with the source");
  run->progress_base_bytes = 0;
  for (guint i = 0; i < volumes->len; i++)
    if (!verify_volume (run, volumes->pdata[i], error))
      return FALSE;
  return unmount_all (run, volumes, error);
}
