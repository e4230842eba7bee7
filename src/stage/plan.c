/* SPDX-License-Identifier: GPL-3.0-or-later */
/** plan: gathers what the planner needs, asks it, and checks that the host has room for the
 * result. */
#include "plan/plan.h"

#include <gio/gio.h>
#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "fs/fs.h"
#include "plan/uuid.h"
#include "stage/boot-test.h"
#include "stage/identity.h"
#include "stage/libvirt.h"
#include "stage/loaders.h"
#include "stage/room.h"
#include "stage/run.h"

static char *
vg_name (const TplRun *run)
{
  if (run->request->vg)
    return g_strdup (run->request->vg);
  const char *target = tpl_libvirt_target_name (run);
  return target ? tpl_vg_name_from_target (target) : NULL;
}

/* The plan counts shared extents once; a dump writes them out for each file. */
static gboolean
check_engine (const TplRun *run, GError **error)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  if (strcmp (run->request->engine, "xfsdump") != 0)
    return TRUE;
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (tpl_volume_get_fact (volume, "shared_extents", 0))
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "%s has files that share extents, which xfsdump can't keep: use --engine "
                       "helper",
                       volume->id);
  }
  return TRUE;
}

static gboolean
check_loader (TplRun *run, const TplBootDriver *loader, const TplRefMap *map, GError **error)
{
  g_autofree char *found = NULL;
  g_autoptr (GBytes) head = tpl_loaders_head (run, error);
  if (!head || (loader->check && !loader->check (run->plan, map, head, run->boot_files, error)))
    return FALSE;
  if (!tpl_loaders_search_programs (run, loader->programs, map, &found, error))
    return FALSE;
  return !found || tpl_boot_refuse_built_in (found, error);
}

/* Its texts are edited in the guest's tree: it must be mounted there. */
static gboolean
check_esp (const TplRun *run, const TplRefMap *map, GError **error)
{
  const TplVolume *esp = run->esp_id ? tpl_layout_find (run->inventory->layout, run->esp_id) : NULL;
  if (!esp || esp->mountpoint || !run->inventory->guest->root_id || tpl_ref_map_is_identity (map))
    return TRUE;
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "%s holds a boot loader, but the guest does not mount it, so that its "
                   "configuration can't be edited: name it in the guest's fstab, or use --identity "
                   "keep",
                   esp->id);
}

/* Boot code is carried over as it is, so what was built into it must stay true on the new disk. */
static gboolean
check_boot_loaders (TplRun *run, GError **error)
{
  g_autoptr (TplRefMap) map = tpl_identity_map (run->plan);
  g_autoptr (GPtrArray) loaders = tpl_loaders_find (run, error);
  for (guint i = 0; loaders && i < loaders->len; i++)
    if (!check_loader (run, loaders->pdata[i], map, error))
      return FALSE;
  return loaders && check_esp (run, map, error);
}

static void
tell_simplified (TplRun *run)
{
  for (guint i = 0; i < run->plan->steps->len; i++) {
    const TplStep *step = run->plan->steps->pdata[i];
    if (strcmp (step->action, TPL_STEP_SIMPLIFY) == 0)
      tpl_run_note (run, TPL_EVENT_NOTE, "%s", step->text);
  }
}

gboolean
tpl_stage_plan (TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  if (!check_engine (run, error))
    return FALSE;
  tpl_run_note (run, TPL_EVENT_STAGE, "planning the smallest disk");
  TplPlanOptions *options = tpl_value_new (&tpl_plan_options_type);
  options->size_bytes = request->size_bytes;
  options->capacity_bytes = run->target.is_device ? run->target.size_bytes : 0;
  options->headroom_bytes = request->headroom_bytes;
  options->swap = g_strdup (request->swap);
  options->swap_bytes = request->swap_bytes;
  options->vg_name = vg_name (run);
  options->identity = g_strdup (tpl_request_identity (request));
  options->seed = g_strdup (run->seed);
  run->plan = tpl_plan_new (run->inventory, options, tpl_fs_traits, error);
  tpl_value_free (&tpl_plan_options_type, options);
  if (!run->plan || !check_boot_loaders (run, error)
      || !tpl_boot_test_check (run, error) || !tpl_room_check (run, error))
    return FALSE;
  tell_simplified (run);
  tpl_run_note (run, TPL_EVENT_PLAN, "the plan is ready");
  return TRUE;
}
