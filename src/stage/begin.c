/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/begin.h"

#include <glib/gstdio.h>

#include "receipt/receipt.h"
#include "stage/keys.h"
#include "stage/libvirt.h"
#include "stage/receipt.h"
#include "stage/scratch.h"

static void
free_edit (gpointer data)
{
  TplEdit *edit = data;
  g_free (edit->volume_id);
  g_free (edit->path);
  g_free (edit);
}

static void
free_time (gpointer data)
{
  tpl_value_free (&tpl_receipt_time_type, data);
}

static void
free_place (TplPlace *place)
{
  if (place->work_path && !place->is_device)
    g_unlink (place->work_path); /* not published */
  tpl_fd_clear (&place->fd);
  g_clear_pointer (&place->layers, g_ptr_array_unref);
  g_free (place->work_path);
  g_free (place->mark);
  g_free (place->format);
}

static void
free_other (gpointer data)
{
  free_place (data);
  g_free (data);
}

TplRun *
tpl_run_new (const TplRequest *request, GCancellable *cancellable, TplObserver observer,
             gpointer observer_data)
{
  TplRun *run = g_new0 (TplRun, 1);
  run->request = request;
  run->seed = request->seed ? g_strdup (request->seed) : g_uuid_string_random ();
  run->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  run->observer = observer;
  run->observer_data = observer_data;
  run->timer = g_timer_new ();
  run->source.fd = run->target.fd = run->folder_lock = -1;
  run->source_devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  run->target_devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  run->boot_files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  run->others = g_ptr_array_new_with_free_func (free_other);
  run->open_keys = g_ptr_array_new_with_free_func (tpl_key_try_free);
  run->subvolumes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)g_ptr_array_unref);
  run->mounts = tpl_run_mounts_new ();
  run->edits = g_ptr_array_new_with_free_func (free_edit);
  run->times = g_ptr_array_new_with_free_func (free_time);
  return run;
}

void
tpl_run_free (TplRun *run)
{
  if (!run)
    return;
  tpl_appliance_free (run->appliance); /* before the files that it has open go */
  tpl_mirror_free (run->source_head);
  free_place (&run->source);
  free_place (&run->target);
  tpl_receipt_end (run);
  g_ptr_array_unref (run->others);
  g_ptr_array_unref (run->open_keys);
  g_clear_pointer (&run->keys, g_ptr_array_unref);
  tpl_libvirt_end (run);
  if (run->folder)
    tpl_scratch_remove (run->folder);
  tpl_fd_clear (&run->folder_lock);
  tpl_value_free (&tpl_inventory_type, run->inventory);
  tpl_value_free (&tpl_plan_type, run->plan);
  g_hash_table_unref (run->source_devices);
  g_hash_table_unref (run->target_devices);
  g_hash_table_unref (run->boot_files);
  g_ptr_array_unref (run->edits);
  g_ptr_array_unref (run->times);
  g_free (run->boot_evidence);
  tpl_value_free (&tpl_receipt_type, run->checked);
  g_free (run->manifest_path);
  g_ptr_array_unref (run->mounts);
  g_hash_table_unref (run->subvolumes);
  g_timer_destroy (run->timer);
  g_clear_object (&run->cancellable);
  g_free (run->esp_id);
  g_free (run->folder);
  g_free (run->toolbox);
  g_free (run->seed);
  g_free (run);
}
