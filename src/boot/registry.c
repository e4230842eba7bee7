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
