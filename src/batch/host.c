/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/host.h"

#include "adapt/handles.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* QEMU's own, and the host's programs beside it. */
#define OVERHEAD_BYTES (G_GUINT64_CONSTANT (256) << 20)

guint
tpl_batch_choose_jobs (guint processors, guint64 memory_bytes, guint64 appliance_bytes)
{
  guint64 hold = memory_bytes / (appliance_bytes + OVERHEAD_BYTES);
  return (guint)CLAMP (hold, 1, MAX (processors, 1));
}

static guint64
available_memory_bytes (void)
{
  g_autofree char *text = NULL;
  const char *line = g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)
                         ? strstr (text, "MemAvailable:")
                         : NULL;
  return line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024
                      : G_MAXINT64;
}

guint
tpl_batch_host_jobs (guint64 appliance_bytes)
{
  return tpl_batch_choose_jobs (g_get_num_processors (), available_memory_bytes (),
                                appliance_bytes);
}

double
tpl_batch_parse_io_stall (const char *text)
{
  const char *full = strstr (text, "full avg10=");
  double share = full != NULL ? g_ascii_strtod (full + strlen ("full avg10="), NULL) : 0;
  return share >= 0 && share <= 100 ? share : 0;
}

double
tpl_batch_host_io_stall (void)
{
  g_autofree char *text = NULL;
  return g_file_get_contents ("/proc/pressure/io", &text, NULL, NULL)
             ? tpl_batch_parse_io_stall (text)
             : 0;
}

char *
tpl_batch_slots_folder (void)
{
  const char *named = g_getenv ("TPL_BATCH_SLOTS");
  if (named != NULL && g_path_is_absolute (named))
    return g_strdup (named);
  return geteuid () == 0 ? g_strdup ("/run/tpl-shrink")
                         : g_build_filename (g_get_user_runtime_dir (), "tpl-shrink", NULL);
}

int
tpl_batch_slot_take (const char *folder, guint count, GError **error)
{
  if (g_mkdir_with_parents (folder, 0700) != 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making the folder \"%s\": %s", folder,
              g_strerror (errno));
    return -1;
  }
  for (guint i = 0; i < count; i++) {
    g_autofree char *path = g_strdup_printf ("%s/slot.%u", folder, i);
    TplFd fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
      tpl_fail (error, TPL_ERROR_RETRIABLE, "opening \"%s\": %s", path, g_strerror (errno));
      return -1;
    }
    if (flock (fd, LOCK_EX | LOCK_NB) == 0)
      return fd;
    tpl_fd_clear (&fd);
  }
  return -1;
}
