/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/receipt.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/process.h"
#include "error.h"
#include "host-probe.h"
#include "json/value-json.h"
#include "receipt/manifest.h"
#include "receipt/receipt.h"
#include "stage/libvirt.h"
#include "stage/receipt-file.h"

/* The most of a disk before its first partition that is digested: GRUB's core is far smaller. */
#define HEAD_BYTES (16u * 1024 * 1024)

struct TplReceiptOutput {
  TplReceipt *receipt;
  TplReceiptFile text, manifest;
  TplManifestWriter *writer; /* NULL: nothing is compared */
};

/* Only a receipt makes room for a receipt: --force is for TARGET. */
static gboolean
check_names (const TplRun *run, const char *path, const char *manifest, GError **error)
{
  g_autofree char *wanted = g_canonicalize_filename (path, NULL);
  const char *named = tpl_libvirt_target_name (run);
  g_autofree char *target = named ? g_canonicalize_filename (named, NULL) : NULL;
  if (g_strcmp0 (wanted, target) == 0)
    return tpl_fail (error, TPL_ERROR_USAGE, "--receipt names TARGET itself: name another file");
  char start[64];
  struct stat status;
  if (lstat (path, &status) == 0) {
    g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd >= 0 && S_ISREG (status.st_mode) ? read (fd, start, sizeof start) : -1;
    if (got < 0 || !tpl_receipt_is_one (start, (gsize)got))
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "--receipt: \"%s\" exists and is no receipt: name another file", path);
  }
  if (lstat (manifest, &status) == 0
      && (!S_ISREG (status.st_mode) || !tpl_manifest_is_one (manifest)))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "--receipt: \"%s\", where the files' digests go, exists and is none of a "
                     "receipt: name another file",
                     manifest);
  return TRUE;
}

static TplReceiptDisk *
describe_disk (const TplPlace *place, const TplVirtPlace *known)
{
  TplReceiptDisk *disk = tpl_value_new (&tpl_receipt_disk_type);
  disk->path = g_strdup (place->path);
  disk->format = g_strdup (place->format);
  disk->size_bytes = place->size_bytes;
  if (known) {
    disk->pool = g_strdup (known->pool);
    disk->volume = g_strdup (known->volume);
    disk->domain = g_strdup (known->domain);
  }
  return disk;
}

gboolean
tpl_receipt_begin (TplRun *run, GError **error)
{
  const char *path = run->request->receipt;
  if (!path || !run->request->target)
    return TRUE;
  char *manifest = g_strconcat (path, ".files.gz", NULL);
  if (!check_names (run, path, manifest, error)) {
    g_free (manifest);
    return FALSE;
  }
  TplReceiptOutput *output = run->receipt = g_new0 (TplReceiptOutput, 1);
  output->text.fd = output->manifest.fd = -1;
  TplReceipt *receipt = output->receipt = tpl_value_new (&tpl_receipt_type);
  receipt->format = g_strdup (TPL_RECEIPT_FORMAT);
  receipt->verification = g_strdup (run->request->verify);
  if (strcmp (run->request->verify, "none") == 0) {
    g_free (manifest);
    return tpl_receipt_file_claim (&output->text, g_strdup (path), error);
  }
  if (!tpl_receipt_file_claim (&output->manifest, manifest, error)
      || !tpl_receipt_file_claim (&output->text, g_strdup (path), error))
    return FALSE;
  output->writer = tpl_manifest_writer_new (output->manifest.fd, error);
  return output->writer != NULL;
}

char *
tpl_receipt_fetch_lines (TplRun *run, GError **error)
{
  g_autofree char *raw = g_build_filename (run->folder, "manifest", NULL);
  g_autofree char *sorted = g_build_filename (run->folder, "manifest.sorted", NULL);
  const char *forget[] = { "sh", "-c", ": >" TPL_RECEIPT_LINES, NULL };
  const char *sort[] = { "sort", "-u", "-S", "32M", "-T", run->folder, "-o", sorted, raw, NULL };
  if (!tpl_appliance_download (run->appliance, TPL_RECEIPT_LINES, raw, error)
      || !tpl_appliance_run (run->appliance, forget, NULL, NULL, error)
      || !tpl_process_run (sort, NULL, run->cancellable, error))
    return NULL;
  g_unlink (raw);
  return g_steal_pointer (&sorted);
}

char *
tpl_receipt_digest (TplRun *run, const char *device, guint64 size_bytes, GError **error)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, size_bytes);
  const char *argv[] = { "tpl-helper", "digest", device, size, NULL };
  char *digest = NULL;
  return tpl_appliance_run (run->appliance, argv, NULL, &digest, error) ? g_strchomp (digest)
                                                                        : NULL;
}

/* "KEY NUMBER" of a line of the helper's. */
static guint64
count_of (const char *counts, const char *key)
{
  g_autofree char *start = g_strdup_printf ("\n%s ", key);
  g_autofree char *text = g_strconcat ("\n", counts, NULL);
  const char *found = strstr (text, start);
  return found ? g_ascii_strtoull (found + strlen (start), NULL, 10) : 0;
}

TplReceiptEdit *
tpl_receipt_new_edit (TplRun *run, const TplEdit *edit)
{
  if (!run->receipt)
    return NULL;
  TplReceiptEdit *recorded = tpl_value_new (&tpl_receipt_edit_type);
  g_ptr_array_add (run->receipt->receipt->edits, recorded);
  recorded->action = g_strdup (edit->what);
  recorded->volume = g_strdup (edit->volume_id);
  recorded->path = g_strdup (edit->path);
  return recorded;
}

void
tpl_receipt_add_file (TplRun *run, const TplEdit *edit)
{
  tpl_receipt_new_edit (run, edit);
}

static TplReceiptVolume *
add_volume (const TplRun *run, const char *id)
{
  TplReceiptVolume *recorded = tpl_value_new (&tpl_receipt_volume_type);
  recorded->id = g_strdup (id);
  g_ptr_array_add (run->receipt->receipt->volumes, recorded);
  return recorded;
}

gboolean
tpl_receipt_add_volume (TplRun *run, const TplVolume *volume, const char *counts, GError **error)
{
  if (!run->receipt)
    return TRUE;
  TplReceiptVolume *recorded = add_volume (run, volume->id);
  recorded->entries = count_of (counts, "entries");
  recorded->directories = count_of (counts, "directories");
  recorded->files = count_of (counts, "files");
  recorded->compared_bytes = count_of (counts, "compared_bytes");
  g_autofree char *sorted = tpl_receipt_fetch_lines (run, error);
  gboolean added
      = sorted && tpl_manifest_writer_add (run->receipt->writer, volume->id, sorted, error);
  if (sorted)
    g_unlink (sorted);
  return added;
}

gboolean
tpl_receipt_add_device (TplRun *run, const TplVolume *volume, GError **error)
{
  if (!run->receipt)
    return TRUE;
  const char *device = g_hash_table_lookup (run->target_devices, volume->id);
  g_autofree char *digest = tpl_receipt_digest (run, device, volume->size_bytes, error);
  if (!digest)
    return FALSE;
  add_volume (run, volume->id)->digest = g_steal_pointer (&digest);
  return TRUE;
}

static guint64
head_bytes (const TplLayout *layout)
{
  guint64 first = HEAD_BYTES;
  if (!layout->table)
    return 0;
  for (guint i = 0; i < layout->partitions->len; i++)
    first = MIN (first, ((const TplPartition *)layout->partitions->pdata[i])->start_bytes);
  return first;
}

static char *
first_line_of (const char *program)
{
  g_autofree char *said = NULL;
  const char *argv[] = { program, "--version", NULL };
  if (!program || !tpl_process_run (argv, &said, NULL, NULL))
    return NULL;
  said[strcspn (said, "\n")] = '\0';
  return g_utf8_make_valid (said, -1);
}

static TplReceiptVersions *
find_versions (TplRun *run)
{
  TplReceiptVersions *versions = tpl_value_new (&tpl_receipt_versions_type);
  g_autofree char *hypervisor = tpl_host_hypervisor ();
  versions->tpl_shrink = g_strdup (tpl_version ());
  versions->libguestfs = tpl_appliance_library_version (run->appliance);
  versions->qemu = first_line_of (hypervisor);
  versions->kernel = tpl_appliance_kernel_version (run->appliance);
  return versions;
}

/* The boot loader's own partition is copied as a disk's first sectors are, and is no filesystem. */
static gboolean
add_boot_partitions (TplRun *run, GError **error)
{
  const TplLayout *after = run->plan->after;
  for (guint i = 0; i < after->partitions->len; i++) {
    const TplPartition *partition = after->partitions->pdata[i];
    if (!tpl_partition_is_bios_boot (partition))
      continue;
    g_autofree char *device = tpl_appliance_device ("target", partition->number);
    guint64 size_bytes = partition->end_bytes - partition->start_bytes;
    g_autofree char *digest = tpl_receipt_digest (run, device, size_bytes, error);
    if (!digest)
      return FALSE;
    add_volume (run, partition->volume->id)->digest = g_steal_pointer (&digest);
  }
  return TRUE;
}

gboolean
tpl_receipt_seal (TplRun *run, GError **error)
{
  if (!run->receipt)
    return TRUE;
  TplReceipt *receipt = run->receipt->receipt;
  const TplVirtSession *session = run->libvirt;
  receipt->versions = find_versions (run);
  receipt->source = describe_disk (&run->source, session ? session->source : NULL);
  receipt->target = describe_disk (&run->target, session ? session->target : NULL);
  receipt->plan = tpl_value_copy (&tpl_plan_type, run->plan);
  if (!run->receipt->writer)
    return TRUE;
  receipt->head_bytes = head_bytes (run->plan->after);
  g_autofree char *disk = tpl_appliance_device ("target", 0);
  if (receipt->head_bytes > 0
      && !(receipt->head_digest = tpl_receipt_digest (run, disk, receipt->head_bytes, error)))
    return FALSE;
  return add_boot_partitions (run, error);
}

static gboolean
finish_manifest (TplReceiptOutput *output, GError **error)
{
  if (!output->writer)
    return TRUE;
  if (!tpl_manifest_writer_finish (output->writer, error))
    return FALSE;
  TplReceiptManifest *manifest = tpl_value_new (&tpl_receipt_manifest_type);
  output->receipt->manifest = manifest;
  manifest->name = g_path_get_basename (output->manifest.path);
  manifest->sha256 = tpl_manifest_sum (output->manifest.fd, &manifest->size_bytes, error);
  return manifest->sha256 != NULL;
}

static gboolean
write_text (TplReceiptOutput *output, GError **error)
{
  g_autofree char *text = tpl_value_to_json_text (&tpl_receipt_type, output->receipt);
  return tpl_receipt_file_write (&output->text, text, strlen (text), error);
}

gboolean
tpl_receipt_write (TplRun *run, GError **error)
{
  TplReceiptOutput *output = run->receipt;
  if (!output)
    return TRUE;
  TplReceipt *receipt = output->receipt;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  receipt->made = g_date_time_format_iso8601 (now);
  receipt->boot_test = g_strdup (run->boot_evidence);
  g_free (receipt->target->path);
  receipt->target->path = g_strdup (tpl_libvirt_target_name (run));
  receipt->target->size_bytes = run->target.is_device ? run->target.size_bytes
                                                      : run->plan->after->size_bytes;
  for (guint i = 0; i < run->times->len; i++)
    g_ptr_array_add (receipt->times,
                     tpl_value_copy (&tpl_receipt_time_type, run->times->pdata[i]));
  return finish_manifest (output, error) && write_text (output, error)
         && tpl_receipt_file_publish (&output->manifest, error)
         && tpl_receipt_file_publish (&output->text, error);
}

void
tpl_receipt_keep (TplRun *run)
{
  if (!run->receipt)
    return;
  run->receipt->text.has_name = run->receipt->manifest.has_name = FALSE;
}

void
tpl_receipt_end (TplRun *run)
{
  TplReceiptOutput *output = run->receipt;
  if (!output)
    return;
  tpl_manifest_writer_free (output->writer);
  tpl_receipt_file_end (&output->text);
  tpl_receipt_file_end (&output->manifest);
  tpl_value_free (&tpl_receipt_type, output->receipt);
  g_clear_pointer (&run->receipt, g_free);
}
