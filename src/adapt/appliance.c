/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/appliance.h"

#include <guestfs.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "adapt/watchdog.h"
#include "error.h"

/* One message of libguestfs's protocol holds 4 MiB; stay well below (guestfs(3), PROTOCOL LIMITS). */
#define CHUNK_BYTES (2u * 1024 * 1024)

/* libguestfs's own choice but for the string instructions: the kernel copies and clears pages with
 * them if it may, and emulated they cost 1.5 to 2 times the whole run. */
#define EMULATED_CPU "max,la57=off,erms=off,fsrm=off"

struct TplAppliance {
  guestfs_h *handle;
  GCancellable *cancellable;
  gulong cancel_handler;
  double silence_seconds;
  TplWatchdog *watchdog; /* from launch to shutdown */
  TplApplianceProgress progress;
  TplApplianceLog log;
  gpointer user_data;
  GString *console; /* an unfinished line */
};

static gboolean
failed (TplAppliance *appliance, const char *doing, GError **error)
{
  if (g_cancellable_is_cancelled (appliance->cancellable))
    return tpl_fail (error, TPL_ERROR_CANCELLED, "%s: stopped on request", doing);
  if (appliance->watchdog && tpl_watchdog_has_bitten (appliance->watchdog))
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "%s: the appliance gave no sign of life for %.0f seconds and was ended; try "
                     "again, with a larger --appliance-timeout if its disks are that slow",
                     doing, appliance->silence_seconds);
  const char *why = guestfs_last_error (appliance->handle);
  gboolean alive = guestfs_is_ready (appliance->handle) == 1;
  return tpl_fail (error, alive ? TPL_ERROR_FAILED : TPL_ERROR_RETRIABLE, "%s: %s%s", doing,
                   why ? why : "the appliance gave no reason",
                   alive ? "" : " (the appliance is gone; try again)");
}

static void
console_line (TplAppliance *appliance, const char *line)
{
  guint64 done = 0, total = 0;
  const char *progress = strstr (line, "tpl-progress: ");
  if (progress && sscanf (progress, "tpl-progress: %*s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                          &done, &total) == 2) {
    if (appliance->progress)
      appliance->progress (done, total, appliance->user_data);
    return;
  }
  if (appliance->log && *line)
    appliance->log (line, appliance->user_data);
}

static void
on_event (guestfs_h *handle, void *opaque, uint64_t event, int event_handle, int flags,
          const char *text, size_t length, const uint64_t *array, size_t array_length)
{
  (void)handle, (void)event_handle, (void)flags, (void)array, (void)array_length;
  TplAppliance *appliance = opaque;
  if (appliance->watchdog)
    tpl_watchdog_alive (appliance->watchdog);
  if (event != GUESTFS_EVENT_APPLIANCE)
    return; /* a call begins */
  for (size_t i = 0; i < length; i++) {
    if (text[i] != '\n' && text[i] != '\r') {
      g_string_append_c (appliance->console, text[i]);
      continue;
    }
    g_autofree char *line = g_strdup (appliance->console->str);
    g_string_truncate (appliance->console, 0);
    console_line (appliance, line);
  }
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  (void)cancellable;
  tpl_watchdog_end_children (data);
}

guint64
tpl_appliance_memory_bytes (void)
{
  guestfs_h *handle = guestfs_create ();
  int mebibytes = handle ? guestfs_get_memsize (handle) : -1;
  if (handle)
    guestfs_close (handle);
  return mebibytes > 0 ? (guint64)mebibytes << 20 : G_GUINT64_CONSTANT (1280) << 20;
}

TplAppliance *
tpl_appliance_new (const char *temporary_folder, double silence_seconds, GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (TplAppliance) appliance = g_new0 (TplAppliance, 1);
  appliance->console = g_string_new (NULL);
  appliance->silence_seconds = silence_seconds;
  appliance->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  appliance->handle = guestfs_create ();
  if (!appliance->handle) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making a libguestfs handle: %s", g_strerror (errno));
    return NULL;
  }
  guestfs_set_error_handler (appliance->handle, NULL, NULL);
  guestfs_set_tmpdir (appliance->handle, temporary_folder);
  guestfs_set_pgroup (appliance->handle, 1); /* Ctrl-C is ours to handle */
  /* What needs a privileged libvirtd or a session is the user's choice, by libguestfs's variable. */
  if (!g_getenv ("LIBGUESTFS_BACKEND"))
    guestfs_set_backend (appliance->handle, "direct");
  if (guestfs_set_event_callback (appliance->handle, on_event,
                                  GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_ENTER, 0, appliance)
      == -1) {
    failed (appliance, "listening to the appliance", error);
    return NULL;
  }
  return g_steal_pointer (&appliance);
}

static void
start_watching (TplAppliance *appliance)
{
  appliance->watchdog = tpl_watchdog_new (appliance->silence_seconds);
  if (appliance->cancellable)
    appliance->cancel_handler = g_cancellable_connect (
        appliance->cancellable, G_CALLBACK (on_cancelled), appliance->watchdog, NULL);
}

static void
stop_watching (TplAppliance *appliance)
{
  if (!appliance->watchdog)
    return;
  if (appliance->cancellable)
    g_cancellable_disconnect (appliance->cancellable, appliance->cancel_handler);
  g_clear_pointer (&appliance->watchdog, tpl_watchdog_free);
}

void
tpl_appliance_free (TplAppliance *appliance)
{
  if (!appliance)
    return;
  if (appliance->watchdog) /* nothing that it still holds is wanted; closing would wait for a sync */
    tpl_watchdog_end_children (appliance->watchdog);
  stop_watching (appliance);
  if (appliance->handle)
    guestfs_close (appliance->handle);
  g_clear_object (&appliance->cancellable);
  g_string_free (appliance->console, TRUE);
  g_free (appliance);
}

void
tpl_appliance_set_progress (TplAppliance *appliance, TplApplianceProgress progress,
                            TplApplianceLog log, gpointer user_data)
{
  appliance->progress = progress;
  appliance->log = log;
  appliance->user_data = user_data;
}

gboolean
tpl_appliance_add_drive (TplAppliance *appliance, const char *path, const char *format,
                         const char *label, gboolean read_only, GError **error)
{
  g_autofree char *doing = g_strdup_printf ("attaching \"%s\" to the appliance", path);
  int result = guestfs_add_drive_opts (
      appliance->handle, path, GUESTFS_ADD_DRIVE_OPTS_FORMAT, format,
      GUESTFS_ADD_DRIVE_OPTS_LABEL, label, GUESTFS_ADD_DRIVE_OPTS_READONLY, read_only ? 1 : 0,
      /* The host's caches are flushed once, when all is written. */
      GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe", -1);
  return result == 0 || failed (appliance, doing, error);
}

gboolean
tpl_appliance_launch (TplAppliance *appliance, gboolean kvm, GError **error)
{
  guestfs_h *handle = appliance->handle;
  /* qemu's own choice, to stop the machine until the host has room again, would never end. */
  if (guestfs_config (handle, "-global", "scsi-hd.werror=report") == -1)
    return failed (appliance, "asking for errors of the disks", error);
  if (!kvm
      && (guestfs_set_backend_setting (handle, "force_tcg", "1") == -1
          || guestfs_config (handle, "-cpu", EMULATED_CPU) == -1))
    return failed (appliance, "asking for an emulated appliance", error);
  start_watching (appliance);
  if (g_cancellable_is_cancelled (appliance->cancellable) || guestfs_launch (handle) == -1
      || g_cancellable_is_cancelled (appliance->cancellable))
    return failed (appliance, "launching the libguestfs appliance", error);
  g_autofree char *toolbox = tpl_appliance_device ("toolbox", 0);
  return tpl_appliance_mount (appliance, toolbox, "", "/", error);
}

gboolean
tpl_appliance_shutdown (TplAppliance *appliance, GError **error)
{
  gboolean ended = guestfs_shutdown (appliance->handle) == 0
                   || failed (appliance, "shutting the appliance down", error);
  stop_watching (appliance);
  return ended;
}

char *
tpl_appliance_device (const char *label, guint64 partition)
{
  return partition ? g_strdup_printf ("/dev/disk/guestfs/%s%" G_GUINT64_FORMAT, label, partition)
                   : g_strdup_printf ("/dev/disk/guestfs/%s", label);
}

gboolean
tpl_appliance_device_size (TplAppliance *appliance, const char *device, guint64 *size_bytes,
                           GError **error)
{
  int64_t size = guestfs_blockdev_getsize64 (appliance->handle, device);
  if (size < 0)
    return failed (appliance, "asking for a device's size", error);
  *size_bytes = (guint64)size;
  return TRUE;
}

GBytes *
tpl_appliance_read (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                    gsize length, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new ((guint)length);
  while (bytes->len < length) {
    size_t got = 0;
    int want = (int)MIN (length - bytes->len, CHUNK_BYTES);
    char *part = guestfs_pread_device (appliance->handle, device, want,
                                       (int64_t)(offset_bytes + bytes->len), &got);
    if (part)
      g_byte_array_append (bytes, (const guint8 *)part, (guint)got);
    free (part);
    if (!part || got == 0) {
      g_autofree char *doing = g_strdup_printf ("reading %s at byte %" G_GUINT64_FORMAT, device,
                                                offset_bytes + bytes->len);
      failed (appliance, doing, error);
      return NULL;
    }
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GBytes *
reader_read (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error)
{
  return tpl_appliance_read (reader->user_data, reader->device, offset_bytes, length, error);
}

TplReader
tpl_appliance_reader (TplAppliance *appliance, const char *device)
{
  return (TplReader){ .read = reader_read, .device = device, .user_data = appliance };
}

gboolean
tpl_appliance_write (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                     GBytes *bytes, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  for (gsize done = 0; done < length;) {
    int wrote = guestfs_pwrite_device (appliance->handle, device, data + done,
                                       MIN (length - done, CHUNK_BYTES),
                                       (int64_t)(offset_bytes + done));
    if (wrote <= 0)
      return failed (appliance, "writing the target's partition table and boot code", error);
    done += (gsize)wrote;
  }
  return TRUE;
}

gboolean
tpl_appliance_is_blank (TplAppliance *appliance, const char *device, gboolean *blank,
                        GError **error)
{
  int result = guestfs_is_zero_device (appliance->handle, device);
  *blank = result == 1;
  return result != -1 || failed (appliance, "looking for data on a device", error);
}

gboolean
tpl_appliance_reread_table (TplAppliance *appliance, const char *device, GError **error)
{
  return guestfs_blockdev_rereadpt (appliance->handle, device) == 0
         || failed (appliance, "reading the new partition table", error);
}

gboolean
tpl_appliance_is_plain_folder (TplAppliance *appliance, const char *path)
{
  for (const char *slash = path; slash; slash = strchr (slash + 1, '/')) {
    const char *next = strchr (slash + 1, '/');
    g_autofree char *part = next ? g_strndup (path, (gsize)(next - path)) : g_strdup (path);
    if (strcmp (part, "/") != 0 && guestfs_is_dir (appliance->handle, part) != 1)
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_appliance_mount (TplAppliance *appliance, const char *device, const char *options,
                     const char *folder, GError **error)
{
  g_autofree char *doing = g_strdup_printf ("mounting %s in the appliance", device);
  if (!tpl_appliance_is_plain_folder (appliance, folder)
      && guestfs_mkdir_p (appliance->handle, folder) == -1)
    return failed (appliance, doing, error);
  return guestfs_mount_options (appliance->handle, options, device, folder) == 0
         || failed (appliance, doing, error);
}

gboolean
tpl_appliance_unmount (TplAppliance *appliance, const char *folder, GError **error)
{
  g_autofree char *doing = g_strdup_printf ("unmounting %s in the appliance", folder);
  return guestfs_umount (appliance->handle, folder) == 0 || failed (appliance, doing, error);
}

gboolean
tpl_appliance_space (TplAppliance *appliance, const char *folder, TplSpace *space, GError **error)
{
  struct guestfs_statvfs *found = guestfs_statvfs (appliance->handle, folder);
  if (!found)
    return failed (appliance, "asking a filesystem how full it is", error);
  guint64 unit = (guint64)found->frsize;
  gboolean fits = g_uint64_checked_mul (&space->total_bytes, (guint64)found->blocks, unit)
                  && g_uint64_checked_mul (&space->free_bytes, (guint64)found->bfree, unit)
                  && space->free_bytes <= space->total_bytes;
  guestfs_free_statvfs (found);
  return fits || tpl_fail (error, TPL_ERROR_REFUSED, "%s claims to be impossibly large", folder);
}

gboolean
tpl_appliance_use_lvm (TplAppliance *appliance, const char *const *devices, GError **error)
{
  if (guestfs_lvm_set_filter (appliance->handle, (char **)(uintptr_t)devices) == -1)
    return failed (appliance, "showing LVM the source's devices alone", error);
  return guestfs_vg_activate_all (appliance->handle, 1) == 0
         || failed (appliance, "activating the source's volume groups", error);
}

gboolean
tpl_appliance_put (TplAppliance *appliance, const char *path, GBytes *content, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (content, &length);
  g_autofree char *doing = g_strdup_printf ("handing %s to the appliance", path);
  if (guestfs_write (appliance->handle, path, data ? data : "", MIN (length, CHUNK_BYTES)) == -1)
    return failed (appliance, doing, error);
  for (gsize done = MIN (length, CHUNK_BYTES); done < length;) {
    gsize part = MIN (length - done, CHUNK_BYTES);
    if (guestfs_write_append (appliance->handle, path, data + done, part) == -1)
      return failed (appliance, doing, error);
    done += part;
  }
  return TRUE;
}

GBytes *
tpl_appliance_get (TplAppliance *appliance, const char *path, GError **error)
{
  g_autofree char *doing = g_strdup_printf ("fetching %s from the appliance", path);
  int64_t size = guestfs_filesize (appliance->handle, path);
  if (size < 0) {
    failed (appliance, doing, error);
    return NULL;
  }
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  while (bytes->len < (guint64)size) {
    size_t got = 0;
    char *part
        = guestfs_pread (appliance->handle, path, (int)CHUNK_BYTES, (int64_t)bytes->len, &got);
    if (part)
      g_byte_array_append (bytes, (const guint8 *)part, (guint)got);
    free (part);
    if (!part || got == 0) {
      failed (appliance, doing, error);
      return NULL;
    }
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

gboolean
tpl_appliance_download (TplAppliance *appliance, const char *path, const char *local,
                        GError **error)
{
  g_autofree char *doing = g_strdup_printf ("fetching %s from the appliance", path);
  return guestfs_download (appliance->handle, path, local) == 0
         || failed (appliance, doing, error);
}

char *
tpl_appliance_library_version (TplAppliance *appliance)
{
  struct guestfs_version *version = guestfs_version (appliance->handle);
  if (!version)
    return NULL;
  char *text = g_strdup_printf ("%" PRIi64 ".%" PRIi64 ".%" PRIi64 "%s", version->major,
                                version->minor, version->release, version->extra);
  guestfs_free_version (version);
  return text;
}

char *
tpl_appliance_kernel_version (TplAppliance *appliance)
{
  struct guestfs_utsname *names = guestfs_utsname (appliance->handle);
  if (!names)
    return NULL;
  char *release = g_strescape (names->uts_release, NULL);
  guestfs_free_utsname (names);
  return release;
}

struct TplScript {
  GString *text;
};

TplScript *
tpl_script_new (void)
{
  TplScript *script = g_new0 (TplScript, 1);
  script->text = g_string_new ("set -e\n"
                               "exec </dev/null >/tmp/stdout 2>/tmp/stderr\n"
                               "trap 'echo $? $command >/tmp/status; exit 0' EXIT\n");
  return script;
}

void
tpl_script_free (TplScript *script)
{
  if (!script)
    return;
  g_string_free (script->text, TRUE);
  g_free (script);
}

void
tpl_script_add (TplScript *script, const char *const *argv)
{
  g_autofree char *name = g_shell_quote (argv[0]);
  g_string_append_printf (script->text, "command=%s\n", name);
  for (size_t i = 0; argv[i]; i++) {
    g_autofree char *quoted = g_shell_quote (argv[i]);
    g_string_append_printf (script->text, "%s ", quoted);
  }
  g_string_append_c (script->text, '\n');
}

void
tpl_script_add_words (TplScript *script, const char *word, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  va_list words;
  va_start (words, word);
  for (; word; word = va_arg (words, const char *))
    g_ptr_array_add (argv, (gpointer)(uintptr_t)word);
  va_end (words);
  g_ptr_array_add (argv, NULL);
  tpl_script_add (script, (const char *const *)argv->pdata);
}

static char *
text_of (TplAppliance *appliance, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = tpl_appliance_get (appliance, path, error);
  if (!bytes)
    return NULL;
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  return g_strndup (data ? data : "", length);
}

static gboolean
run (TplAppliance *appliance, const TplScript *script, int *status, char **output, GError **error)
{
  static const char *const argv[] = { "/bin/sh", "/tmp/script", NULL };
  g_autoptr (GBytes) text = g_bytes_new_static (script->text->str, script->text->len);
  if (!tpl_appliance_put (appliance, "/tmp/script", text, error))
    return FALSE;
  char *answer = guestfs_command (appliance->handle, (char **)(uintptr_t)argv);
  if (!answer)
    return failed (appliance, "running a program in the appliance", error);
  free (answer);
  g_autofree char *said = text_of (appliance, "/tmp/status", error);
  if (!said)
    return FALSE;
  char *command = NULL;
  int code = (int)g_ascii_strtoll (said, &command, 10);
  if (status)
    *status = code;
  if (output && !(*output = text_of (appliance, "/tmp/stdout", error)))
    return FALSE;
  if (code == 0 || (status && code < 126))
    return TRUE;
  g_autofree char *complaint = text_of (appliance, "/tmp/stderr", NULL);
  g_autofree char *safe = complaint ? g_strescape (g_strstrip (complaint), "\"'") : NULL;
  return tpl_fail (error, TPL_ERROR_FAILED, "running %s in the appliance: status %d: %s",
                   g_strstrip (command), code, safe && *safe ? safe : "it printed no reason");
}

gboolean
tpl_appliance_run_script (TplAppliance *appliance, const TplScript *script, char **output,
                          GError **error)
{
  return run (appliance, script, NULL, output, error);
}

gboolean
tpl_appliance_run (TplAppliance *appliance, const char *const *argv, int *status, char **output,
                   GError **error)
{
  g_autoptr (TplScript) script = tpl_script_new ();
  tpl_script_add (script, argv);
  return run (appliance, script, status, output, error);
}
