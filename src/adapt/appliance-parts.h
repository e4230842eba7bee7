/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * What our appliance is built of: libguestfs's own parts, as they are installed, with an init that
 * does not wait for what no disk needs: devices that are no disks, software RAID, Windows's dynamic
 * disks, a network, volumes that nobody asked for yet.
 */
#pragma once

#include <gio/gio.h>

/** libguestfs's init without that; what is not known to be so is left. The caller's. */
char *tpl_appliance_parts_lean (const char *init);

/**
 * A folder in `cache` that can be LIBGUESTFS_PATH's value instead of `path`, made if need be, and
 * anew when the installed parts have changed. `scratch` is a folder for what is needed meanwhile.
 * The caller's. NULL: `path` leads to no parts, or ours can't be made; libguestfs's own appliance
 * does as well.
 */
char *tpl_appliance_parts_take (const char *path, const char *cache, const char *scratch,
                                GCancellable *cancellable);
