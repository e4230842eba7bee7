/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shrink.h"

#include "error.h"
#include "stage/libvirt.h"
#include "stage/room.h"

typedef struct {
  const char *name;
  gboolean (*run) (TplRun *run, GError **error);
} Stage;

static const Stage stages[] = {
  { "resolve", tpl_stage_resolve }, { "inspect", tpl_stage_inspect },
  { "plan", tpl_stage_plan },       { "create", tpl_libvirt_make_target },
  { "create", tpl_stage_create },   { "copy", tpl_stage_copy },
  { "bootfix", tpl_stage_bootfix }, { "verify", tpl_stage_verify },
  { "publish", tpl_stage_publish },
};
static const size_t planning_stages = 3;

static gboolean
run_stages (TplRun *run, size_t count, GError **error)
{
  if (!tpl_request_check (run->request, error))
    return FALSE;
  for (size_t i = 0; i < count; i++) {
    if (g_cancellable_is_cancelled (run->cancellable))
      return tpl_fail (error, TPL_ERROR_CANCELLED, "stopped on request");
    run->stage = stages[i].name;
    if (stages[i].run (run, error))
      continue;
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    if (i >= planning_stages)
      tpl_room_explain (run, error);
    g_prefix_error (error, "%s: ", stages[i].name);
    return FALSE;
  }
  return TRUE;
}

gboolean
tpl_shrink_plan (TplRun *run, GError **error)
{
  return run_stages (run, planning_stages, error);
}

gboolean
tpl_shrink (TplRun *run, GError **error)
{
  return run_stages (run, G_N_ELEMENTS (stages), error);
}
