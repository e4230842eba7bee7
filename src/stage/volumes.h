/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the disks' tables and volumes are, before anybody looks into a filesystem. */
#pragma once

#include "stage/run.h"

/** How many disks --disk can name. */
#define TPL_OTHERS_MOST 16

/** Reads the source's table into the layout, and what its partitions hold; run->source_head gets
 * the disk's first and last MiB. */
gboolean tpl_volumes_read_disk (TplRun *run, TplLayout *layout, GError **error);

/** Looks what a volume of known size holds, on this device of the appliance, which
 * run->source_devices learns. */
gboolean tpl_volumes_probe (TplRun *run, TplVolume *volume, const char *device, GError **error);

/** Adds all physical volumes (TplPhysicalVolume), the layout's first, then those on the other disks
 * ("disk1:part:2"), whose devices run->source_devices learns. */
gboolean tpl_volumes_find_pvs (TplRun *run, const TplLayout *layout, GPtrArray *pvs,
                               GError **error);

/** The appliance's name of the other disk number `i`, from 0. The caller's. */
char *tpl_volumes_other_label (guint i);
