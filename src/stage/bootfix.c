/* SPDX-License-Identifier: GPL-3.0-or-later */
/** bootfix: whatever in the guest names the old disk names the new one. Files are fetched, edited
 * by token on the host (src/refs), and written back; no program of the guest runs. */
#include "error.h"
#include "refs/gathered.h"
#include "refs/refs.h"
#include "stage/bootinstall.h"
#include "stage/edits.h"
#include "stage/fallback.h"
#include "stage/guest-files.h"
#include "stage/identity.h"
#include "stage/mounts.h"

static gboolean
apply (TplRun *run, const TplGatheredEdits *edits, GError **error)
{
  for (guint i = 0; i < edits->warnings->len; i++)
    tpl_run_note (run, TPL_EVENT_WARNING, "%s", (const char *)edits->warnings->pdata[i]);
  for (guint i = 0; i < edits->changes->len; i++)
    if (!tpl_edits_add_change (run, edits->changes->pdata[i], error))
      return FALSE;
  return !edits->archive || tpl_guest_apply (run, edits->archive, NULL, error);
}

/* Nothing that was edited may still hold an old identity. */
static gboolean
prove_edits (const TplRefMap *map, GBytes *before, GBytes *after, GError **error)
{
  g_autoptr (GPtrArray) leftovers
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  if (!tpl_gathered_scan (map, before, after, leftovers, error))
    return FALSE;
  for (guint i = 0; i < leftovers->len; i++) {
    const TplRefLeftover *leftover = leftovers->pdata[i];
    if (leftover->comment)
      continue;
    g_autofree char *path = g_strescape (leftover->path, "\"");
    return tpl_fail (error, TPL_ERROR_VERIFICATION,
                     "%s still names %s, which the new disk does not have", path, leftover->found);
  }
  return TRUE;
}

static void
tell_once (TplRun *run, GHashTable *told, const char *found)
{
  g_auto (GStrv) lines = g_strsplit (found ? found : "", "\n", -1);
  for (size_t i = 0; lines[i] && *lines[i]; i++) {
    g_strdelimit (lines[i], "\t", ' ');
    if (g_hash_table_add (told, g_strdup (lines[i])))
      tpl_run_note (run, TPL_EVENT_WARNING, "an old name is left in %s", lines[i]);
  }
}

/* Other files may hold old names for reasons of their own: the user hears of them. */
static gboolean
tell_of_the_rest (TplRun *run, const char *in_images, const char *in_files, GBytes *after,
                  GError **error)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *still
      = in_images ? tpl_gathered_still_found (in_images, after, error) : g_strdup ("");
  if (!still)
    return FALSE;
  tell_once (run, told, still);
  tell_once (run, told, in_files);
  return TRUE;
}

/* The guest's texts, and on the way, since to unpack an image takes long, which members of images
 * have old names; `again`, when these are known, which files have, and what was added to images.
 * `found` (NULL: it is not known) is as scan prints it. */
static GBytes *
gather (TplRun *run, const TplRefMap *map, gboolean again, char **found, GError **error)
{
  g_autofree char *list = tpl_gathered_list (again);
  g_autofree char *scan_list = tpl_gathered_scan_list (again);
  g_autofree char *needles = tpl_refs_needles (map);
  GError *why = NULL;
  GBytes *files = NULL;
  *found = NULL;
  if (!*needles)
    return tpl_guest_gather (run, TPL_GUEST_FOLDER, list, error);
  files = tpl_guest_gather_and_scan (run, TPL_GUEST_FOLDER, list, scan_list, needles, found, &why);
  if (files)
    return files;
  if (why) {
    g_propagate_error (error, why);
    return NULL;
  }
  tpl_run_note (run, TPL_EVENT_WARNING, "not all files could be searched for old names: %s",
                g_strchomp (*found));
  g_clear_pointer (found, g_free);
  return tpl_guest_gather (run, TPL_GUEST_FOLDER, list, error);
}

static gboolean
fix (TplRun *run, const TplRefMap *map, GError **error)
{
  g_autofree char *in_images = NULL, *in_files = NULL;
  g_autoptr (GBytes) before = gather (run, map, FALSE, &in_images, error);
  if (!before)
    return FALSE;
  g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, before, error);
  if (!edits || !apply (run, edits, error) || !tpl_bootfix_fallback (run, error))
    return FALSE;
  if (tpl_ref_map_is_identity (map))
    return TRUE; /* nothing is old */
  g_autoptr (GBytes) after = gather (run, map, TRUE, &in_files, error);
  return after && prove_edits (map, before, after, error)
         && tell_of_the_rest (run, in_images, in_files, after, error);
}

gboolean
tpl_stage_bootfix (TplRun *run, GError **error)
{
  if (!run->plan->before->guest->root_id)
    return TRUE; /* a disk of data: nothing on it boots */
  tpl_run_note (run, TPL_EVENT_STAGE, "making the guest name the new disk");
  g_autoptr (TplRefMap) map = tpl_identity_map (run->plan);
  tpl_mounts_name_subvolumes (run, map);
  g_autoptr (GBytes) boot_sector = NULL;
  return tpl_mounts_mount (run, error) && fix (run, map, error)
         && tpl_bootfix_install (run, &boot_sector, error) && tpl_mounts_unmount (run, error)
         && tpl_bootfix_write_boot_sector (run, boot_sector, error)
         && tpl_bootfix_rename (run, map, error);
}
