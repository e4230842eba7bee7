/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lvmdevices(8) lists the disks that LVM may use by their serial numbers. On a new disk the list hides
 * every VG; without one LVM looks at all disks, and `vgimportdevices` makes it anew. */
#include "refs/refs.h"

static const char *const paths[] = {
  "/etc/lvm/devices/system.devices", "/etc/lvm/devices/backup/*", NULL,
};

const TplRefKind tpl_ref_kind_lvm_devices = {
  .name = "lvm-devices",
  .paths = paths,
  .fate = TPL_REF_FILE_GOES,
};
