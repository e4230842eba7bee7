/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What a disk holds, found on the host without an appliance: partition table, LVM's metadata, and
 * superblocks, which is all of a guest that is read here. It is the inventory that the inspect
 * stage makes (stage/inspect.c), so that the same planner plans from it; but for what only files
 * tell: the guest's system, its root, and mountpoints.
 */
#pragma once

#include "plan/inventory.h"
#include "survey/disk.h"

typedef struct {
  TplInventory *inventory;
  char *estimate; /* why sizes may be off: "lv:os/root was not unmounted"; NULL: they are not */
  char *unknown;  /* what only the appliance can measure, so that nothing can be planned; or NULL */
} TplFinding;

void tpl_finding_free (TplFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplFinding, tpl_finding_free)

/** Reads the disk. `name` becomes the inventory's source. Bounded, whatever the disk says. Errors:
 * TPL_ERROR_REFUSED, as tpl-shrink would say it, TPL_ERROR_FAILED. */
TplFinding *tpl_survey_find (TplDisk *disk, const char *name, GError **error);
