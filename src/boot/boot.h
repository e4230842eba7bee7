/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Boot loader drivers. A driver is one `const` struct in one file; src/meson.build lists them. It says
 * whether the loader is there, and whether it will still find its way on the planned disk.
 */
#pragma once

#include "plan/plan.h"
#include "refs/refs.h"

typedef struct {
  const char *name;
  /** Globs of the files that check () reads, within the filesystem that holds them: with and without
   * the /boot in front. Ends with NULL. */
  const char *const *paths;
  /** Whether the first MiB of the disk holds this loader. */
  gboolean (*detect) (GBytes *head);
  /** Whether the loader, carried over byte for byte, works on the planned disk. `head` is the
   * disk's first MiB, `files` maps paths to GBytes. Errors: TPL_ERROR_REFUSED. */
  gboolean (*check) (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files,
                     GError **error);
} TplBootDriver;

/** All drivers; ends with NULL. */
const TplBootDriver *const *tpl_boot_drivers (void);
/** The driver of this name, or NULL. */
const TplBootDriver *tpl_boot_find (const char *name);
/** For drivers' check (): an old identity that one of the files holds, or NULL. The caller's. */
TplRefLeftover *tpl_boot_old_name (const TplRefMap *map, GHashTable *files);
