/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Part of bootfix: what boot loaders know of their disk that no file of the guest's says. */
#pragma once

#include "refs/ref-map.h"
#include "stage/run.h"

/** Lets the drivers of the source's loaders write into the target what is true for it alone;
 * `boot_sector` (NULL: none) is for tpl_bootfix_write_boot_sector (). The guest is mounted. */
gboolean tpl_bootfix_install (TplRun *run, GBytes **boot_sector, GError **error);

/** Puts the new names in the place of those that lie outside of any filesystem. The guest is
 * unmounted. */
gboolean tpl_bootfix_rename (TplRun *run, const TplRefMap *map, GError **error);

/** Writes the boot volume's first bytes, if there are any to write. The guest is unmounted. */
gboolean tpl_bootfix_write_boot_sector (TplRun *run, GBytes *boot_sector, GError **error);
