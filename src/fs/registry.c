/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/fs.h"
#include "registry-fs.h" /* DRIVERS (X), made of the list in src/meson.build */

#define DECLARE(name) extern const TplFsDriver tpl_fs_##name;
#define LIST(name)    &tpl_fs_##name,

DRIVERS (DECLARE)

static const TplFsDriver *const drivers[] = { DRIVERS (LIST) NULL };

const TplFsDriver *const *
tpl_fs_drivers (void)
{
  return drivers;
}

const TplFsDriver *
tpl_fs_find (const char *type)
{
  for (size_t i = 0; drivers[i]; i++)
    if (tpl_fs_traits_are_of (drivers[i]->traits, type))
      return drivers[i];
  return NULL;
}

const TplFsTraits *
tpl_fs_traits (const char *type)
{
  const TplFsDriver *driver = tpl_fs_find (type);
  return driver ? driver->traits : NULL;
}
