/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/item.h"

#include <string.h>

#include "error.h"
#include "fs/fs.h"
#include "plan/plan.h"
#include "plan/size.h"
#include "survey/inventory.h"
#include "survey/open.h"

static void
volume_free (TplSurveyVolume *volume)
{
  g_free (volume->id);
  g_free (volume->type);
  g_free (volume);
}

TplSurveyDisk *
tpl_survey_disk_new (const char *path)
{
  TplSurveyDisk *disk = g_new0 (TplSurveyDisk, 1);
  disk->path = g_strdup (path);
  disk->source = g_strdup (path);
  disk->domains = g_ptr_array_new_with_free_func (g_free);
  disk->volumes = g_ptr_array_new_with_free_func ((GDestroyNotify)volume_free);
  disk->state = TPL_SURVEY_UNKNOWN;
  disk->status = -1;
  disk->estimated_seconds = -1;
  return disk;
}

void
tpl_survey_disk_free (TplSurveyDisk *disk)
{
  g_free (disk->source);
  g_free (disk->path);
  g_ptr_array_unref (disk->domains);
  g_free (disk->target);
  g_free (disk->format);
  g_free (disk->reason);
  g_free (disk->estimate);
  g_ptr_array_unref (disk->volumes);
  g_free (disk);
}

/* The first reason stays: it is what tpl-shrink would stumble over first. Takes the error. */
static void
conclude (TplSurveyDisk *disk, TplSurveyState state, GError *error)
{
  g_autoptr (GError) owned = error;
  if (disk->reason)
    return;
  tpl_error_adopt (&owned, TPL_ERROR_FAILED);
  disk->state = state;
  disk->status = owned->code;
  disk->reason = g_strdelimit (g_strdup (owned->message), "\n", ' ');
}

void
tpl_survey_disk_add_domain (TplSurveyDisk *disk, const TplVirtDisk *of_domain)
{
  const TplVirtUser *user = of_domain->user;
  g_autoptr (GPtrArray) users = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  if (disk->domains->len == 0) {
    g_free (disk->source);
    disk->source = g_strdup_printf ("dom:%s:%s", user->name, of_domain->target);
    disk->target = g_strdup (of_domain->target);
    disk->format = g_strdup (of_domain->format);
  }
  g_ptr_array_add (disk->domains, g_strdup (user->name));
  g_ptr_array_add (users, (gpointer)(guintptr)user);
  const char *path = disk->path ? disk->path : disk->source;
  if (!tpl_virt_users_check (users, "SOURCE", path, NULL, &error))
    conclude (disk, user->is_active ? TPL_SURVEY_RUNNING : TPL_SURVEY_REFUSED,
              g_steal_pointer (&error));
}

/* Files, for the time that they take. */
static guint64
inodes_of (const TplVolume *volume)
{
  const guint64 all = tpl_volume_get_fact (volume, "inode_count", 0);
  return all - MIN (all, tpl_volume_get_fact (volume, "inode_free_count", 0));
}

static void
add_volumes (TplSurveyDisk *disk, const TplLayout *layout)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *found = volumes->pdata[i];
    TplSurveyVolume *volume = g_new0 (TplSurveyVolume, 1);
    volume->id = g_strdup (found->id);
    volume->type = g_strdup (found->type);
    volume->size_bytes = found->size_bytes;
    volume->used_bytes = found->used_bytes;
    disk->used_bytes = tpl_size_add (disk->used_bytes, found->used_bytes);
    disk->inodes = tpl_size_add (disk->inodes, inodes_of (found));
    g_ptr_array_add (disk->volumes, volume);
  }
}

static void
add_prediction (TplSurveyDisk *disk, const TplLayout *after)
{
  disk->predicted_bytes = after->size_bytes;
  disk->won_bytes = disk->virtual_bytes - MIN (disk->virtual_bytes, after->size_bytes);
  for (guint i = 0; i < disk->volumes->len; i++) {
    TplSurveyVolume *volume = disk->volumes->pdata[i];
    const TplVolume *planned = tpl_layout_find (after, volume->id);
    volume->predicted_bytes = planned ? planned->size_bytes : 0;
  }
}

/* As tpl-shrink plans without options. Names and UUIDs make no difference to a size. */
static TplPlan *
plan (const TplInventory *inventory, GError **error)
{
  TplPlanOptions *options = tpl_value_new (&tpl_plan_options_type);
  options->headroom_bytes = TPL_HEADROOM_DEFAULT;
  options->swap = g_strdup ("minimal");
  options->identity = g_strdup ("new");
  options->seed = g_strdup ("survey");
  TplPlan *made = tpl_plan_new (inventory, options, tpl_fs_traits, error);
  tpl_value_free (&tpl_plan_options_type, options);
  return made;
}

static void
judge (TplSurveyDisk *disk, TplFinding *finding)
{
  GError *error = NULL;
  disk->estimate = g_steal_pointer (&finding->estimate);
  add_volumes (disk, finding->inventory->layout);
  TplPlan *made = plan (finding->inventory, &error);
  /* What was not measured counts as full: that it does not become smaller then says nothing. */
  gboolean is_large = error && error->code == TPL_ERROR_NOTHING_TO_GAIN;
  if (finding->unknown && (made || is_large)) {
    g_clear_error (&error);
    disk->reason = disk->reason ? disk->reason : g_steal_pointer (&finding->unknown);
  } else if (made) {
    add_prediction (disk, made->after);
    if (!disk->reason) {
      disk->state = TPL_SURVEY_SHRINKABLE;
      disk->status = 0;
    }
  } else {
    conclude (disk,
              error->code == TPL_ERROR_NOTHING_TO_GAIN ? TPL_SURVEY_NOTHING_TO_GAIN
                                                       : TPL_SURVEY_REFUSED,
              error);
  }
  tpl_value_free (&tpl_plan_type, made);
}

static gboolean
open_disk (TplSurveyDisk *disk, gboolean read_running, TplOpened *opened)
{
  GError *error = NULL;
  gboolean done = tpl_survey_open (disk->path, disk->format, FALSE, opened, &error);
  if (opened->is_busy && read_running) {
    conclude (disk, TPL_SURVEY_RUNNING, g_steal_pointer (&error));
    done = tpl_survey_open (disk->path, disk->format, TRUE, opened, &error);
  }
  if (opened->format && !disk->format)
    disk->format = g_strdup (opened->format);
  disk->virtual_bytes = opened->size_bytes;
  disk->allocated_bytes = opened->allocated_bytes;
  if (!done)
    conclude (disk, opened->is_busy ? TPL_SURVEY_RUNNING : TPL_SURVEY_UNREADABLE, error);
  return done;
}

void
tpl_survey_disk_look (TplSurveyDisk *disk, gboolean read_running)
{
  TplOpened opened;
  GError *error = NULL;
  if (!disk->path) {
    conclude (disk, TPL_SURVEY_UNREADABLE,
              g_error_new (TPL_ERROR, TPL_ERROR_RETRIABLE,
                           "its volume is in a pool that is not active: start it"));
    return;
  }
  if (!open_disk (disk, read_running, &opened))
    return;
  g_autoptr (TplDisk) content = opened.disk;
  if (disk->state == TPL_SURVEY_RUNNING && !read_running)
    return;
  g_autoptr (TplFinding) finding = tpl_survey_find (content, disk->source, &error);
  if (finding)
    judge (disk, finding);
  else
    conclude (disk, TPL_SURVEY_REFUSED, error);
  if (disk->state == TPL_SURVEY_RUNNING && finding && !disk->estimate)
    disk->estimate = g_strdup ("it changes while it is looked at");
}
