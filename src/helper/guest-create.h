/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts something new into a guest. Each tells "created<tab>PATH" on standard output, the path
 * escaped and free of links, and returns an enum tpl_exit, the error told. PATH's own folder must
 * be there. */
#ifndef TPL_HELPER_GUEST_CREATE_H
#define TPL_HELPER_GUEST_CREATE_H

#include <stddef.h>

/* Makes a folder; what is there already stays, and nothing is told. */
int tpl_guest_make_folder (int root_fd, const char *path);

/* Copies the guest's file FROM to PATH, which must not exist. */
int tpl_guest_copy_file (int root_fd, const char *from, const char *path);

#endif
