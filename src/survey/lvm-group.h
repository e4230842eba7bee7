/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A volume group out of LVM2's metadata, as `lvm fullreport` would tell of it
 * (adapt/lvm-report.h). */
#pragma once

#include "plan/layout.h"
#include "survey/disk.h"

/** Where a linear logical volume is on its physical volume. */
typedef struct {
  const TplLogicalVolume *logical; /* borrowed */
  GArray *pieces;                  /* TplDiskPiece, in the physical volume; none: not to be read */
} TplLvmPlace;

void tpl_lvm_place_free (TplLvmPlace *place);

/**
 * Adds the volume group that the metadata of the physical volume `pv` tells of to the layout.
 * `places` gets a TplLvmPlace for each logical volume, whose volumes have id and size alone. Hidden
 * volumes are left out. What is not linear says of what type it is, for the planner to refuse.
 * Errors: TPL_ERROR_REFUSED: metadata that makes no sense, a group with physical volumes on other
 * disks.
 */
gboolean tpl_lvm_group_add (const char *text, gsize length, const TplVolume *pv, TplLayout *layout,
                            GPtrArray *places, GError **error);
