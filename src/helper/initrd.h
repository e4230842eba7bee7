/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An initramfs image as the kernel reads it (init/initramfs.c; the kernel's buffer-format.rst):
   newc archives laid end to end with zeros between, each plain or compressed by itself. A later
   member replaces an earlier one of its name.

   Where a compressed archive ends can't be seen from outside. As a rule it is the last; behind it
   stands at most what we appended, and that can be told from the file's end: an archive that we
   append ends with a member of fixed size which holds its offset, and the trailer. So a file is
   read as: plain archives, then one compressed stream (its tool takes several of its own kind, laid
   end to end), then appended ones. */
#ifndef TPL_HELPER_INITRD_H
#define TPL_HELPER_INITRD_H

#include "helper/newc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than this, unpacked, is taken for a bomb. */
#define TPL_INITRD_MAX_UNPACKED_BYTES (UINT64_C (1) << 30)

struct tpl_initrd_visitor {
  void *context;
  /* A member begins. NAME has no leading slash or "./". Returns whether its content is wanted. */
  bool (*begin) (void *context, const char *name, const struct tpl_newc_header *header);
  /* The next bytes of a wanted member. */
  void (*data) (void *context, const char *bytes, size_t length);
  /* An archive ends: hard links do not reach beyond it. */
  void (*archive_end) (void *context);
};

/* What went wrong, for a human; empty: nothing did. */
struct tpl_initrd_trouble {
  char text[200];
};

/* Walks all members of the image, SIZE_BYTES long, that FD has open for reading. Returns false with
 * TROUBLE told. */
bool tpl_initrd_walk (int fd, uint64_t size_bytes, const struct tpl_initrd_visitor *visitor,
                      struct tpl_initrd_trouble *trouble);

/* Walks what tpl_initrd_addition added to an image; all of it, if there is no such thing or it
   can't be told from the rest. */
bool tpl_initrd_walk_additions (int fd, uint64_t size_bytes,
                                const struct tpl_initrd_visitor *visitor,
                                struct tpl_initrd_trouble *trouble);

/* Makes the bytes that, put behind an image of SIZE_BYTES, add ARCHIVE (complete, with its trailer)
   to it, in the form that every kernel takes there. The caller frees them; NULL with TROUBLE told.
 */
char *tpl_initrd_addition (int fd, uint64_t size_bytes, const char *archive, size_t archive_bytes,
                           size_t *addition_bytes, struct tpl_initrd_trouble *trouble);

#endif
