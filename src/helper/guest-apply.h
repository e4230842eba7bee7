/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TPL_HELPER_GUEST_APPLY_H
#define TPL_HELPER_GUEST_APPLY_H

#include "helper/guest-tree.h"

/* Gives the file that content, in place: inode, owner, mode, labels, flags and times stay; a flag
 * of chattr's that forbids it is lifted meanwhile. Returns 0 or an errno value. */
int tpl_guest_rewrite (const struct tpl_guest_path *found, const char *content, size_t size);

#endif
