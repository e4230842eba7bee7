/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/room.h"

#include <sys/statvfs.h>

#include "error.h"

/* A filesystem that refuses writes may have a few blocks left. */
#define FULL_BYTES (4u * 1024 * 1024)

/* FALSE: TARGET takes no room of a filesystem. */
static gboolean
find_free_bytes (const TplRun *run, guint64 *free_bytes)
{
  const TplPlace *target = &run->target;
  struct statvfs room;
  if (target->is_device || !target->work_path || fstatvfs (target->fd, &room) != 0)
    return FALSE;
  *free_bytes = (guint64)room.f_bavail * room.f_frsize;
  return TRUE;
}

gboolean
tpl_room_check (const TplRun *run, GError **error)
{
  guint64 free_bytes = 0;
  if (!find_free_bytes (run, &free_bytes) || free_bytes >= run->plan->after->size_bytes)
    return TRUE;
  g_autofree char *need
      = g_format_size_full (run->plan->after->size_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *have = g_format_size_full (free_bytes, G_FORMAT_SIZE_IEC_UNITS);
  return tpl_fail (error, TPL_ERROR_RETRIABLE,
                   "TARGET \"%s\" needs %s, but its filesystem has %s free: make room there",
                   run->target.path, need, have);
}

void
tpl_room_explain (const TplRun *run, GError **error)
{
  guint64 free_bytes = 0;
  if (!error || !*error || g_error_matches (*error, TPL_ERROR, TPL_ERROR_CANCELLED)
      || !find_free_bytes (run, &free_bytes) || free_bytes >= FULL_BYTES)
    return;
  (*error)->code = TPL_ERROR_RETRIABLE;
  g_prefix_error (error, "the filesystem of TARGET \"%s\" is full: make room there; ",
                  run->target.path);
}
