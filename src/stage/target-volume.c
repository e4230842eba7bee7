/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/target-volume.h"

#include <fcntl.h>
#include <unistd.h>

#include "error.h"
#include "libvirt/volume.h"
#include "stage/busy.h"

static gboolean
open_volume (TplRun *run, guint64 planned_bytes, GError **error)
{
  TplPlace *target = &run->target;
  const TplVirtPlace *made = run->libvirt->target;
  target->path = made->path;
  target->is_pending = FALSE;
  target->is_device = TRUE;
  target->size_bytes = planned_bytes;
  if (made->takes_formats) {
    target->fd = open (target->path, O_RDWR | O_CLOEXEC);
    return target->fd >= 0
           || tpl_fail (error, TPL_ERROR_RETRIABLE, "opening \"%s\"", target->path);
  }
  target->fd = tpl_busy_open_device (target->path, O_RDWR, error);
  off_t end = target->fd >= 0 ? lseek (target->fd, 0, SEEK_END) : -1;
  if (end < 0)
    return FALSE;
  target->size_bytes = (guint64)end;
  return target->size_bytes >= planned_bytes
         || tpl_fail (error, TPL_ERROR_FAILED,
                      "the volume \"%s\" was made smaller than asked for", target->path);
}

static void
on_warning (const char *line, gpointer user_data)
{
  tpl_run_note (user_data, TPL_EVENT_WARNING, "%s", line);
}

/* The plan is a function of the inventory, the options and the seed: the same inventory gives it
 * again, with a root larger by what the pool rounded the volume up. */
static gboolean
plan_again (TplRun *run, const TplInventory *first, GError **error)
{
  if (!tpl_stage_launch (run, error) || !tpl_stage_inspect (run, error))
    return FALSE;
  if (!tpl_value_equal (&tpl_inventory_type, first, run->inventory))
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "SOURCE \"%s\" changed while it was looked at: something writes to it",
                     run->source.path);
  return tpl_stage_plan (run, error);
}

gboolean
tpl_target_volume_make (TplRun *run, GError **error)
{
  if (!run->target.is_pending)
    return TRUE;
  TplVirtSession *session = run->libvirt;
  guint64 size_bytes = run->plan->after->size_bytes;
  const TplVirtLog log = { on_warning, run };
  tpl_run_note (run, TPL_EVENT_STAGE, "making the target's volume");
  TplInventory *first = tpl_value_copy (&tpl_inventory_type, run->inventory);
  gboolean made = tpl_run_rewind (run, error)
                  && tpl_virt_session_make_room (session, size_bytes, &log, error)
                  && tpl_virt_session_make (session, size_bytes, run->target.format, error)
                  && open_volume (run, size_bytes, error);
  if (made)
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "made the volume \"%s\" of %" G_GUINT64_FORMAT " bytes in the pool \"%s\"",
                  session->target->volume, run->target.size_bytes, session->target->pool);
  made = made && plan_again (run, first, error);
  tpl_value_free (&tpl_inventory_type, first);
  return made;
}
