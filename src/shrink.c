/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shrink.h"

#include <string.h>

#include "error.h"
#include "stage/check.h"
#include "stage/room.h"
#include "stage/target-volume.h"

typedef struct {
  const char *name;
  gboolean (*run) (TplRun *run, GError **error);
} Stage;

static const Stage all_stages[] = {
  { "resolve", tpl_stage_resolve },      { "launch", tpl_stage_launch },
  { "inspect", tpl_stage_inspect },      { "plan", tpl_stage_plan },
  { "create", tpl_target_volume_make },  { "create", tpl_stage_create },
  { "copy", tpl_stage_copy },            { "bootfix", tpl_stage_bootfix },
  { "verify", tpl_stage_verify },        { "publish", tpl_stage_publish },
};
static const size_t planning_stages = 4;

static const Stage checks[] = {
  { "resolve", tpl_check_resolve },
  { "launch", tpl_stage_launch },
  { "inspect", tpl_stage_inspect },
  { "verify", tpl_check_compare },
};

/* A question that nobody answered is no answer. */
static void
explain_death (const TplRun *run, GError **error)
{
  if (!error || !run->appliance || !tpl_appliance_is_gone (run->appliance)
      || !(g_error_matches (*error, TPL_ERROR, TPL_ERROR_REFUSED)
           || g_error_matches (*error, TPL_ERROR, TPL_ERROR_VERIFICATION)))
    return;
  (*error)->code = TPL_ERROR_RETRIABLE;
  g_prefix_error (error, "the appliance is gone, try again; what failed of it is: ");
}

static gboolean
run_stages (TplRun *run, const Stage *stages, size_t count, GError **error)
{
  if (!tpl_request_check (run->request, error))
    return FALSE;
  for (size_t i = 0; i < count; i++) {
    if (g_cancellable_is_cancelled (run->cancellable))
      return tpl_fail (error, TPL_ERROR_CANCELLED, "stopped on request");
    double began = g_timer_elapsed (run->timer, NULL);
    run->stage = stages[i].name;
    gboolean done = stages[i].run (run, error);
    tpl_run_add_time (run, run->stage, g_timer_elapsed (run->timer, NULL) - began);
    if (done)
      continue;
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    explain_death (run, error);
    /* What went wrong may be somebody's writing to the source: that comes first then. */
    g_autoptr (GError) changed = NULL;
    const TplPlace *source = &run->source;
    if (error && source->mark
        && !tpl_busy_check_unwritten (source->fd, source->path, source->mark, &changed)
        && strcmp ((*error)->message, changed->message) != 0) {
      g_prefix_error (error, "%s; what failed is: ", changed->message);
      (*error)->code = changed->code;
    }
    tpl_room_explain (run, error);
    g_prefix_error (error, "%s: ", stages[i].name);
    return FALSE;
  }
  return TRUE;
}

gboolean
tpl_shrink_plan (TplRun *run, GError **error)
{
  return run_stages (run, all_stages, planning_stages, error);
}

gboolean
tpl_shrink (TplRun *run, GError **error)
{
  return run_stages (run, all_stages, G_N_ELEMENTS (all_stages), error);
}

gboolean
tpl_shrink_verify (TplRun *run, GError **error)
{
  return run_stages (run, checks, G_N_ELEMENTS (checks), error);
}
