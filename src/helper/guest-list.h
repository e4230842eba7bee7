/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of what to look at in a guest, and their globs' expansion. */
#ifndef TPL_HELPER_GUEST_LIST_H
#define TPL_HELPER_GUEST_LIST_H

#include "helper/guest-tree.h"

#include <stdbool.h>
#include <stddef.h>

/* A list file: lines "KEYWORD TEXT", in the order in which they stand. Empty lines and lines from `#` on are left out. */
struct tpl_guest_list {
  struct tpl_guest_line {
    const char *keyword;
    const char *text;
  } *lines;
  size_t count;
  char *storage; /* that the lines point into */
};

/* Reads the file at PATH (of the appliance). Returns an enum tpl_exit and tells what is wrong. */
int tpl_guest_list_read (const char *path, struct tpl_guest_list *list);

void tpl_guest_list_clear (struct tpl_guest_list *list);

/* Whether TEXT fits a line with that keyword, as a glob. */
bool tpl_guest_list_matches (const struct tpl_guest_list *list, const char *keyword, const char *text);

/* Called for each path that a glob found, with what it resolved to. Returns an enum tpl_exit; not OK ends the walk. */
typedef int (*tpl_guest_visit) (void *context, const char *path, const struct tpl_guest_path *found);

/* Visits, in sorted order, every path below the root that fits GLOB and is, or is a link to, something that exists and
   is no directory. A link that leads nowhere is passed over. `**` goes into directories, not through links.
   Returns an enum tpl_exit and tells what is wrong. */
int tpl_guest_glob (int root_fd, const char *glob, tpl_guest_visit visit, void *context);

#endif
