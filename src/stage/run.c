/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/run.h"

#include <string.h>

#include "fs/fs.h"
#include "receipt/receipt.h"

static void
free_subvolume (gpointer data)
{
  TplSubvolume *subvolume = data;
  g_free (subvolume->path);
  g_free (subvolume);
}

GPtrArray *
tpl_run_subvolumes_new (void)
{
  return g_ptr_array_new_with_free_func (free_subvolume);
}

static void
free_mount (gpointer data)
{
  TplGuestMount *mount = data;
  g_free (mount->volume_id);
  g_free (mount->subvolume);
  g_free (mount->mountpoint);
  g_free (mount);
}

GPtrArray *
tpl_run_mounts_new (void)
{
  return g_ptr_array_new_with_free_func (free_mount);
}

void
tpl_run_add_time (TplRun *run, const char *stage, double seconds)
{
  TplReceiptTime *time = NULL;
  for (guint i = 0; i < run->times->len && !time; i++)
    if (strcmp (((TplReceiptTime *)run->times->pdata[i])->stage, stage) == 0)
      time = run->times->pdata[i];
  if (!time) {
    time = tpl_value_new (&tpl_receipt_time_type);
    time->stage = g_strdup (stage);
    g_ptr_array_add (run->times, time);
  }
  time->milliseconds += (guint64)(seconds * 1000);
}

gboolean
tpl_run_rewind (TplRun *run, GError **error)
{
  if (!tpl_appliance_shutdown (run->appliance, error))
    return FALSE;
  g_clear_pointer (&run->appliance, tpl_appliance_free);
  g_clear_pointer (&run->source_head, tpl_mirror_free);
  tpl_value_free (&tpl_inventory_type, g_steal_pointer (&run->inventory));
  tpl_value_free (&tpl_plan_type, g_steal_pointer (&run->plan));
  g_hash_table_remove_all (run->source_devices);
  g_hash_table_remove_all (run->target_devices);
  g_hash_table_remove_all (run->boot_files);
  g_ptr_array_set_size (run->open_keys, 0);
  g_hash_table_remove_all (run->subvolumes);
  g_ptr_array_set_size (run->mounts, 0);
  g_clear_pointer (&run->esp_id, g_free);
  return TRUE;
}

static void
tell (TplRun *run, TplEvent *event)
{
  event->stage = run->stage;
  event->elapsed_seconds = g_timer_elapsed (run->timer, NULL);
  if (run->observer)
    run->observer (event, run->observer_data);
}

void
tpl_run_note (TplRun *run, TplEventKind kind, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  tell (run, &(TplEvent){ .kind = kind, .message = message });
}

void
tpl_run_progress (TplRun *run, guint64 done_bytes, guint64 total_bytes)
{
  guint64 done = run->progress_base_bytes + done_bytes;
  guint64 total = run->progress_total_bytes ? run->progress_total_bytes : total_bytes;
  tell (run, &(TplEvent){ .kind = TPL_EVENT_PROGRESS,
                          .done_bytes = MIN (done, total),
                          .total_bytes = total });
}

char *
tpl_run_folder (const TplRun *run, const char *side, const TplVolume *volume)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len; i++)
    if (g_strcmp0 (((const TplVolume *)volumes->pdata[i])->id, volume->id) == 0)
      return g_strdup_printf ("/%s/%u", side, i);
  g_assert_not_reached ();
}

gboolean
tpl_run_gives_uuid (const TplRun *run, const TplVolume *volume)
{
  const TplVolume *source = tpl_layout_find (run->plan->before->layout, volume->id);
  const TplFsDriver *driver = tpl_fs_find (volume->type);
  return driver && driver->give_uuid && source
         && g_strcmp0 (source->uuid, volume->uuid) == 0;
}

char *
tpl_run_left_out (const TplRun *run, const TplVolume *volume)
{
  GString *lines = g_string_new (NULL);
  const GPtrArray *subvolumes = g_hash_table_lookup (run->subvolumes, volume->id);
  const gboolean drops = strcmp (run->request->snapshots, "drop") == 0;
  for (guint i = 0; drops && subvolumes && i < subvolumes->len; i++) {
    const TplSubvolume *subvolume = subvolumes->pdata[i];
    g_autofree char *path = g_strescape (subvolume->path, "'");
    if (subvolume->is_snapshot)
      g_string_append_printf (lines, "removed %s\n", path);
  }
  return g_string_free (lines, FALSE);
}

gboolean
tpl_run_put_left_out (TplRun *run, const TplVolume *volume, const char **path, GError **error)
{
  static const char file[] = "/tmp/left-out";
  g_autofree char *lines = tpl_run_left_out (run, volume);
  g_autoptr (GBytes) bytes = g_bytes_new (lines, strlen (lines));
  *path = *lines ? file : NULL;
  return !*path || tpl_appliance_put (run->appliance, file, bytes, error);
}

GPtrArray *
tpl_run_copied_volumes (const TplRun *run)
{
  g_autoptr (GPtrArray) all = tpl_layout_volumes (run->plan->before->layout);
  g_autoptr (GPtrArray) copied = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++) {
    const TplVolume *volume = all->pdata[i];
    const TplFsDriver *driver = tpl_fs_find (volume->type);
    if (driver && driver->copy && tpl_layout_find (run->plan->after, volume->id))
      g_ptr_array_add (copied, all->pdata[i]);
  }
  return g_steal_pointer (&copied);
}
