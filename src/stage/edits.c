/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/edits.h"

#include <string.h>

#include "stage/mounts.h"
#include "stage/receipt.h"

static const TplEdit *
keep (TplRun *run, const char *what, const char *path)
{
  const char *below = NULL;
  const TplGuestMount *mount = tpl_mounts_of_path (run, path, &below);
  if (!mount)
    return NULL;
  g_autofree char *inside = mount->subvolume && *mount->subvolume
                                ? g_strdup_printf ("/%s%s", mount->subvolume, below)
                                : g_strdup (below);
  TplEdit *edit = g_new0 (TplEdit, 1);
  edit->what = what;
  edit->volume_id = g_strdup (mount->volume_id);
  edit->path = g_strescape (inside, "'");
  g_ptr_array_add (run->edits, edit);
  g_autofree char *safe = g_strescape (path, "\"");
  tpl_run_note (run, TPL_EVENT_DEBUG, "%s %s", edit->what, safe);
  return edit;
}

void
tpl_edits_add (TplRun *run, const char *what, const char *path)
{
  const TplEdit *edit = keep (run, what, path);
  if (edit)
    tpl_receipt_add_file (run, edit);
}

gboolean
tpl_edits_add_change (TplRun *run, const TplGatheredChange *change, GError **error)
{
  gboolean is_removal = strcmp (change->action, "remove") == 0;
  const TplEdit *edit = keep (run, is_removal ? "removed" : "edited", change->path);
  return !edit || tpl_receipt_add_edit (run, edit, change, error);
}
