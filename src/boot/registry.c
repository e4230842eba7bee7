/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "boot/boot.h"
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
