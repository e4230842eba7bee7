/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "helper/guest-glob.h"
#include "registry-boot.h" /* DRIVERS (X), made of the list in src/meson.build */

#define DECLARE(name) extern const TplBootDriver tpl_boot_##name;
#define LIST(name)    &tpl_boot_##name,

DRIVERS (DECLARE)

static const TplBootDriver *const drivers[] = { DRIVERS (LIST) NULL };

const TplBootDriver *const *
tpl_boot_drivers (void)
{
  return drivers;
}

const TplBootDriver *
tpl_boot_find (const char *name)
{
  for (size_t i = 0; drivers[i]; i++)
    if (g_strcmp0 (drivers[i]->name, name) == 0)
      return drivers[i];
  return NULL;
}

void
tpl_boot_patch_free (TplBootPatch *patch)
{
  g_bytes_unref (patch->bytes);
  g_free (patch);
}

gboolean
tpl_boot_globs_match (const char *const *globs, const char *path)
{
  for (; globs && *globs; globs++)
    if (tpl_glob_match (*globs, path))
      return TRUE;
  return FALSE;
}

gboolean
tpl_boot_has_file (GHashTable *files, const char *const *globs)
{
  GHashTableIter iter;
  gpointer path;
  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (tpl_boot_globs_match (globs, path))
      return TRUE;
  return FALSE;
}

const TplVolume *
tpl_boot_volume (const TplPlan *plan)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (plan->before->layout);
  const TplVolume *root = NULL;
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (g_strcmp0 (volume->mountpoint, "/boot") == 0)
      return volume;
    if (g_strcmp0 (volume->mountpoint, "/") == 0)
      root = volume;
  }
  return root;
}

gboolean
tpl_boot_refuse_built_in (const char *found, GError **error)
{
  const char *tab = strchr (found, '\t');
  g_autofree char *path = tab ? g_strndup (found, (gsize)(tab - found)) : g_strdup (found);
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "%s, which UEFI starts, has \"%s\" built in, so that a new identity would keep it "
                   "from booting: use --identity keep, or install in the guest a loader that has no "
                   "names in it (a distribution's signed GRUB; a unified kernel image whose command "
                   "line finds its root by label or partition type)",
                   path, tab ? tab + 1 : "an old name");
}

TplRefLeftover *
tpl_boot_old_name (const TplRefMap *map, GHashTable *files)
{
  g_autoptr (GPtrArray) old
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  GHashTableIter iter;
  gpointer path, content;
  g_hash_table_iter_init (&iter, files);
  while (old->len == 0 && g_hash_table_iter_next (&iter, &path, &content))
    tpl_refs_scan (map, path, content, old);
  return old->len > 0 ? g_ptr_array_steal_index (old, 0) : NULL;
}
