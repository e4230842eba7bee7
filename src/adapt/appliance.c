/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/appliance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapt/appliance-handle.h"
#include "adapt/appliance-parts.h"
#include "adapt/cache.h"
#include "error.h"

/* libguestfs's own choice but for the string instructions: the kernel copies and clears pages with
 * them if it may, and emulated they cost 1.5 to 2 times the whole run. */
#define EMULATED_CPU "max,la57=off,erms=off,fsrm=off"

/* Its kernel defends processes against each other on a processor that does not exist, and clears
 * pages that are written next; its udev has many workers at once, of which one can run. */
#define EMULATED_APPEND "mitigations=off init_on_alloc=0 udev.children_max=1"

gboolean
tpl_appliance_failed (TplAppliance *appliance, const char *doing, GError **error)
{
  if (g_cancellable_is_cancelled (appliance->cancellable))
    return tpl_fail (error, TPL_ERROR_CANCELLED, "%s: stopped on request", doing);
  if (appliance->watchdog && tpl_watchdog_has_bitten (appliance->watchdog))
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "%s: the appliance gave no sign of life for %.0f seconds (or only ran in a "
                     "circle, for ten times as long) and was ended; try again, with a larger "
                     "--appliance-timeout if its disks are that slow",
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
  /* What needs a privileged libvirtd or a session is the user's choice, by libguestfs's
   * variable. */
  if (!g_getenv ("LIBGUESTFS_BACKEND"))
    guestfs_set_backend (appliance->handle, "direct");
  if (guestfs_set_event_callback (appliance->handle, on_event,
                                  GUESTFS_EVENT_APPLIANCE | GUESTFS_EVENT_ENTER, 0, appliance)
      == -1) {
    tpl_appliance_failed (appliance, "listening to the appliance", error);
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
                         const char *label, gboolean read_only, guint64 sector_bytes, GError **error)
{
  g_autofree char *doing = g_strdup_printf ("attaching \"%s\" to the appliance", path);
  int result = guestfs_add_drive_opts (
      appliance->handle, path, GUESTFS_ADD_DRIVE_OPTS_FORMAT, format,
      GUESTFS_ADD_DRIVE_OPTS_LABEL, label, GUESTFS_ADD_DRIVE_OPTS_READONLY, read_only ? 1 : 0,
      /* The host's caches are flushed once, when all is written. */
      GUESTFS_ADD_DRIVE_OPTS_CACHEMODE, "unsafe", GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE,
      (int)sector_bytes, -1);
  return result == 0 || tpl_appliance_failed (appliance, doing, error);
}

/* Past libguestfs, which makes an overlay of every drive and wants its real path. The serial number
 * is the label, as libguestfs does it. */
gboolean
tpl_appliance_add_memory (TplAppliance *appliance, int fd, const char *label, GError **error)
{
  g_autofree char *drive = g_strdup_printf (
      "file=/proc/%d/fd/%d,format=raw,readonly=on,if=none,id=%s", (int)getpid (), fd, label);
  g_autofree char *device = g_strdup_printf ("scsi-hd,drive=%s,serial=%s", label, label);
  return (guestfs_config (appliance->handle, "-drive", drive) == 0
          && guestfs_config (appliance->handle, "-device", device) == 0)
         || tpl_appliance_failed (appliance, "attaching a key to the appliance", error);
}

gboolean
tpl_appliance_confine (TplAppliance *appliance, const char *sandbox, GError **error)
{
  g_autofree char *backend = guestfs_get_backend (appliance->handle);
  return g_strcmp0 (backend, "direct") != 0
         || guestfs_config (appliance->handle, "-sandbox", sandbox) == 0
         || tpl_appliance_failed (appliance, "asking for a confined appliance", error);
}

/* What keeps every launch from working is the host's trouble: no second try helps. */
static gboolean
launch_failed (TplAppliance *appliance, GError **error)
{
  static const char *const lasting[]
      = { "cannot find any suitable libguestfs", "supermin exited with error" };
  const char *why = guestfs_last_error (appliance->handle);
  for (size_t i = 0; why && i < G_N_ELEMENTS (lasting); i++)
    if (strstr (why, lasting[i]))
      return tpl_fail (error, TPL_ERROR_HOST,
                       "launching the libguestfs appliance: %s (tpl-shrink --check-host says what "
                       "this host lacks)",
                       why);
  return tpl_appliance_failed (appliance, "launching the libguestfs appliance", error);
}

/* Where LIBGUESTFS_PATH names an appliance, that one is the user's wish. Ours is kept apart from
 * libguestfs's, which would be built anew whenever the other was. */
static void
choose_parts (TplAppliance *appliance)
{
  guestfs_h *handle = appliance->handle;
  g_autofree char *cache = g_getenv ("LIBGUESTFS_PATH") ? NULL : tpl_cache_folder ();
  g_autofree char *scratch = guestfs_get_tmpdir (handle);
  g_autofree char *parts
      = cache ? tpl_appliance_parts_take (guestfs_get_path (handle), cache, scratch,
                                          appliance->cancellable)
              : NULL;
  if (parts && guestfs_set_cachedir (handle, cache) == 0)
    guestfs_set_path (handle, parts);
}

gboolean
tpl_appliance_launch (TplAppliance *appliance, gboolean kvm, GError **error)
{
  guestfs_h *handle = appliance->handle;
  /* qemu's own choice, to stop the machine until the host has room again, would never end. */
  if (guestfs_config (handle, "-global", "scsi-hd.werror=report") == -1)
    return tpl_appliance_failed (appliance, "asking for errors of the disks", error);
  /* The machine's clock begins with the host's and goes on by itself: after a jump of years the
   * kernel would count each second of them. */
  if (guestfs_config (handle, "-rtc", "clock=vm") == -1)
    return tpl_appliance_failed (appliance, "asking for a steady clock", error);
  const char *append = guestfs_get_append (handle); /* what LIBGUESTFS_APPEND says */
  g_autofree char *emulated = g_strjoin (" ", EMULATED_APPEND, append, NULL);
  if (!kvm
      && (guestfs_set_backend_setting (handle, "force_tcg", "1") == -1
          || guestfs_config (handle, "-cpu", EMULATED_CPU) == -1
          || guestfs_set_append (handle, emulated) == -1))
    return tpl_appliance_failed (appliance, "asking for an emulated appliance", error);
  choose_parts (appliance);
  start_watching (appliance);
  if (g_cancellable_is_cancelled (appliance->cancellable) || guestfs_launch (handle) == -1
      || g_cancellable_is_cancelled (appliance->cancellable))
    return launch_failed (appliance, error);
  g_autofree char *toolbox = tpl_appliance_device ("toolbox", 0);
  return (guestfs_mount_options (handle, "noatime", toolbox, "/") == 0
          || tpl_appliance_failed (appliance, "mounting the appliance's toolbox", error))
         && tpl_appliance_start_runner (appliance, error);
}

gboolean
tpl_appliance_is_gone (const TplAppliance *appliance)
{
  return appliance->watchdog && guestfs_is_ready (appliance->handle) != 1;
}

gboolean
tpl_appliance_shutdown (TplAppliance *appliance, GError **error)
{
  gboolean ended = tpl_appliance_end_runner (appliance, error)
                   && (guestfs_shutdown (appliance->handle) == 0
                       || tpl_appliance_failed (appliance, "shutting the appliance down", error));
  stop_watching (appliance);
  return ended;
}

char *
tpl_appliance_device (const char *label, guint64 partition)
{
  return partition ? g_strdup_printf ("/dev/disk/guestfs/%s%" G_GUINT64_FORMAT, label, partition)
                   : g_strdup_printf ("/dev/disk/guestfs/%s", label);
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
