/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/check.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "fs/fs.h"
#include "receipt/manifest.h"
#include "receipt/receipt.h"
#include "stage/receipt.h"

/* A receipt has some hundred lines, and some diffs. */
#define LONGEST_RECEIPT  (64u * 1024 * 1024)
#define MOST_DIFFERENCES 1000

static TplReceipt *
read_receipt (const char *path, GError **error)
{
  struct stat status;
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) why = NULL;
  if (stat (path, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > LONGEST_RECEIPT))
    tpl_fail (error, TPL_ERROR_REFUSED, "\"%s\" is no receipt: it is no file, or far too long",
              path);
  else if (!g_file_get_contents (path, &text, &length, &why))
    tpl_fail (error, TPL_ERROR_REFUSED, "reading the receipt: %s", why->message);
  TplReceipt *receipt = text ? tpl_receipt_parse (text, length, error) : NULL;
  if (text && !receipt)
    g_prefix_error (error, "\"%s\": ", path);
  return receipt;
}

/* Beside the receipt, wherever that is now. */
static gboolean
check_manifest (TplRun *run, GError **error)
{
  const char *path = run->request->receipt;
  const TplReceiptManifest *manifest = run->checked->manifest;
  if (!manifest)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" says nothing of the files: it was made with --verify=none", path);
  g_autofree char *folder = g_path_get_dirname (path);
  run->manifest_path = g_build_filename (folder, manifest->name, NULL);
  g_auto (TplFd) fd = open (run->manifest_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\": %s: the files' digests belong beside the receipt",
                     run->manifest_path, g_strerror (errno));
  guint64 size_bytes = 0;
  g_autofree char *sum = tpl_manifest_sum (fd, &size_bytes, error);
  if (!sum)
    return FALSE;
  return strcmp (sum, manifest->sha256) == 0
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "\"%s\" is damaged, or of another receipt: its SHA-256 is not what the "
                      "receipt says",
                      run->manifest_path);
}

gboolean
tpl_check_resolve (TplRun *run, GError **error)
{
  run->checked = read_receipt (run->request->receipt, error);
  return run->checked && check_manifest (run, error) && tpl_stage_resolve (run, error);
}

static void
tell (TplRun *run, const char *name, const char *what)
{
  if (++run->differences <= MOST_DIFFERENCES)
    tpl_run_note (run, TPL_EVENT_WARNING, "%s: %s", name, what);
}

/* Which volume's files are compared right now. */
typedef struct {
  TplRun *run;
  const TplVolume *volume;
} Scene;

static void
on_difference (const char *name, const char *what, gpointer user_data)
{
  const Scene *scene = user_data;
  const char *mountpoint = scene->volume->mountpoint;
  gboolean is_mounted = mountpoint && *mountpoint == '/' && strcmp (mountpoint, "/") != 0;
  g_autofree char *path = is_mounted && *name == '/' ? g_strconcat (mountpoint, name, NULL)
                                                     : g_strdup (name);
  tell (scene->run, path, what);
}

static gboolean
compare_head (TplRun *run, GError **error)
{
  const TplReceipt *receipt = run->checked;
  if (!receipt->head_digest)
    return TRUE;
  g_autofree char *device = tpl_appliance_device ("source", 0);
  g_autofree char *digest = tpl_receipt_digest (run, device, receipt->head_bytes, error);
  if (!digest)
    return FALSE;
  if (strcmp (digest, receipt->head_digest) != 0)
    tell (run, "the disk", "partition table or boot code, before the first partition");
  return TRUE;
}

static gboolean
compare_device (TplRun *run, const TplReceiptVolume *recorded, const TplVolume *volume,
                GError **error)
{
  const char *device = g_hash_table_lookup (run->source_devices, volume->id);
  const TplVolume *planned = tpl_layout_find (run->checked->plan->after, recorded->id);
  guint64 size_bytes = MIN (planned->size_bytes, volume->size_bytes);
  g_autofree char *digest = tpl_receipt_digest (run, device, size_bytes, error);
  if (!digest)
    return FALSE;
  if (strcmp (digest, recorded->digest) != 0)
    tell (run, recorded->id, "content");
  return TRUE;
}

static gboolean
list_files (TplRun *run, const TplVolume *volume, GError **error)
{
  g_autofree char *folder = tpl_run_folder (run, "src", volume);
  g_autofree char *total = g_strdup_printf ("%" G_GUINT64_FORMAT, volume->used_bytes);
  gboolean full = strcmp (run->checked->verification, "full") == 0;
  const char *argv[] = { "tpl-helper", "compare", "--manifest", TPL_RECEIPT_LINES, "--progress",
                         "/dev/console", "--total-bytes", total,
                         full ? folder : "--no-content", full ? NULL : folder, NULL };
  return tpl_appliance_run (run->appliance, argv, NULL, NULL, error);
}

static gboolean
compare_files (TplRun *run, TplManifestReader *manifest, const TplReceiptVolume *recorded,
               const TplVolume *volume, GError **error)
{
  guint64 compared = 0;
  Scene scene = { run, volume };
  if (!list_files (run, volume, error))
    return FALSE;
  run->progress_base_bytes += volume->used_bytes;
  g_autofree char *lines = tpl_receipt_fetch_lines (run, error);
  g_autoptr (TplManifestReader) found = lines ? tpl_manifest_reader_open (lines, error) : NULL;
  gboolean done = found
                  && tpl_manifest_compare (manifest, recorded->id, found, on_difference, &scene,
                                           &compared, error);
  if (lines)
    g_unlink (lines);
  run->compared_names += compared;
  return done;
}

static gboolean
compare_volumes (TplRun *run, GError **error)
{
  const TplReceipt *receipt = run->checked;
  g_autoptr (TplManifestReader) manifest = tpl_manifest_reader_open (run->manifest_path, error);
  if (!manifest)
    return FALSE;
  for (guint i = 0; i < receipt->volumes->len; i++) {
    const TplReceiptVolume *recorded = receipt->volumes->pdata[i];
    const TplVolume *volume = tpl_receipt_find_volume (receipt->plan->after,
                                                       run->inventory->layout, recorded->id);
    const TplFsDriver *driver = volume ? tpl_fs_find (volume->type) : NULL;
    if (!volume || (!recorded->digest && !(driver && driver->read_options))) {
      tell (run, recorded->id, "missing, or no longer what it was: its files can't be compared");
      return TRUE; /* the manifest can't be followed further */
    }
    if (recorded->digest ? !compare_device (run, recorded, volume, error)
                         : !compare_files (run, manifest, recorded, volume, error))
      return FALSE;
  }
  return tpl_manifest_check_end (manifest, error);
}

gboolean
tpl_check_compare (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "comparing the disk with the receipt");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len; i++)
    run->progress_total_bytes += ((const TplVolume *)volumes->pdata[i])->used_bytes;
  tpl_receipt_compare_layouts (run->checked->plan->after, run->inventory->layout, lines);
  for (guint i = 0; i < lines->len; i++)
    tell (run, "layout", lines->pdata[i]);
  if (!compare_head (run, error) || !compare_volumes (run, error)
      || !tpl_appliance_shutdown (run->appliance, error))
    return FALSE;
  if (run->differences > 0)
    return tpl_fail (error, TPL_ERROR_VERIFICATION,
                     "\"%s\" is not as the receipt says: %" G_GUINT64_FORMAT " differences",
                     run->source.path, run->differences);
  tpl_run_note (run, TPL_EVENT_NOTE,
                "%s is as the receipt says: %" G_GUINT64_FORMAT " names, %s", run->source.path,
                run->compared_names,
                strcmp (run->checked->verification, "full") == 0 ? "content and metadata"
                                                                 : "metadata alone");
  return TRUE;
}
