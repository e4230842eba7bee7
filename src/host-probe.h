/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Single looks at a host. `root` stands before absolute paths: "" for this host, a folder for a
 * test. Each returns whether all is well; if not, `why_not` gets the reason, the caller's.
 */
#pragma once

#include <glib.h>

/** A kernel that the user may read and that has modules, as supermin(1) looks for one. `is_there`
 * gets whether there is one at all. */
gboolean tpl_host_find_kernel (const char *root, gboolean *is_there, char **why_not);

/** A folder of libguestfs's appliance: parts for supermin or a fixed one (`is_fixed`, which needs
 * no supermin and no kernel). `path`: LIBGUESTFS_PATH's value, or NULL. */
gboolean tpl_host_find_appliance (const char *root, const char *path, gboolean *is_fixed,
                                  char **why_not);

/** The folder `folder` has room for libguestfs's appliance, or has it already. */
gboolean tpl_host_has_space (const char *folder, char **why_not);

/** The kernel makes a virtual machine and a processor by this device. `thoroughly`: which takes
 * the register of host.h, too. */
gboolean tpl_host_try_device (const char *path, gboolean thoroughly, char **why_not);

/** This hypervisor sets a processor up with KVM; it gets `limit_seconds` at most. */
gboolean tpl_host_try_hypervisor (const char *hypervisor, double limit_seconds, char **why_not);

/** The hypervisor that libguestfs would run: $LIBGUESTFS_HV or what is installed. NULL: none. The
 * caller's. */
char *tpl_host_hypervisor (void);

/** The value of the option -sandbox with which a qemu that runs what others made is confined: no
 * privilege, no other program, no call that it does not need (seccomp(2)). NULL: `hypervisor` can't
 * be confined so. */
const char *tpl_host_sandbox (const char *hypervisor);
