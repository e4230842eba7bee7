/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/room.h"

#include <sys/statvfs.h>

#include "error.h"
#include "plan/size.h"

/* A filesystem that refuses a write may have less left than was to be written at once. */
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

static gboolean
scratch_is_full (const TplRun *run)
{
  struct statvfs room;
  return run->folder && statvfs (run->folder, &room) == 0
         && (guint64)room.f_bavail * room.f_frsize < FULL_BYTES;
}

gboolean
tpl_room_check (const TplRun *run, GError **error)
{
  guint64 free_bytes = 0;
  if (!find_free_bytes (run, &free_bytes) || free_bytes >= run->plan->after->size_bytes)
    return TRUE;
  g_autofree char *need = tpl_size_to_text (run->plan->after->size_bytes);
  g_autofree char *have = tpl_size_to_text (free_bytes);
  return tpl_fail (error, TPL_ERROR_RETRIABLE,
                   "TARGET \"%s\" needs %s, but its filesystem has %s free: make room there",
                   run->target.path, need, have);
}

/* What comes of a write that was not done; the rest has reasons of its own. */
static gboolean
may_lack_room (const GError *error)
{
  return g_error_matches (error, TPL_ERROR, TPL_ERROR_FAILED)
         || g_error_matches (error, TPL_ERROR, TPL_ERROR_RETRIABLE)
         || g_error_matches (error, TPL_ERROR, TPL_ERROR_VERIFICATION);
}

void
tpl_room_explain (const TplRun *run, GError **error)
{
  guint64 free_bytes = 0;
  gboolean may = error && may_lack_room (*error);
  /* A source that can't be looked at looks like one that is refused. */
  gboolean may_scratch = may || (error && g_error_matches (*error, TPL_ERROR, TPL_ERROR_REFUSED));
  gboolean target = may && find_free_bytes (run, &free_bytes) && free_bytes < FULL_BYTES;
  if (!target && !(may_scratch && scratch_is_full (run)))
    return;
  (*error)->code = TPL_ERROR_RETRIABLE;
  if (target)
    g_prefix_error (error, "the filesystem of TARGET \"%s\" is full: make room there; ",
                    run->target.path);
  else
    g_prefix_error (error, "the filesystem of \"%s\" is full: make room there, or set TMPDIR; ",
                    run->folder);
}
