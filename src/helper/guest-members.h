/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of an initramfs image that globs choose, as the kernel would unpack them: later ones
   win, hard links have the content that any one of them carries. */
#ifndef TPL_HELPER_GUEST_MEMBERS_H
#define TPL_HELPER_GUEST_MEMBERS_H

#include "helper/guest-list.h"
#include "helper/initrd.h"
#include "helper/newc.h"

#include <stddef.h>
#include <stdint.h>

struct tpl_member {
  char *name;
  struct tpl_newc_header header;
  char *content;    /* header.size_bytes */
  unsigned archive; /* in which it stands: hard links do not reach beyond */
};

struct tpl_members {
  struct tpl_member *members;
  size_t count;
};

/* An image, and how much of it is walked: all, or what tpl_initrd_addition added, if that can be
   told from the rest. WITNESS (may be NULL) sees the same. */
struct tpl_members_source {
  int fd;
  uint64_t size_bytes;
  bool additions;
  const struct tpl_initrd_visitor *witness;
};

/* Collects the files and symbolic links whose name fits a "member" line of LIST. Returns false with
   TROUBLE told; MEMBERS must be cleared in both cases. */
bool tpl_members_collect (const struct tpl_members_source *source,
                          const struct tpl_guest_list *list, struct tpl_members *members,
                          struct tpl_initrd_trouble *trouble);

void tpl_members_clear (struct tpl_members *members);

#endif
