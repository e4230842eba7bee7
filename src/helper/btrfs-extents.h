/* What the files of a btrfs will take in a copy that keeps shared extents shared and, if the kernel
   can, compressed ones compressed. */
#ifndef TPL_HELPER_BTRFS_EXTENTS_H
#define TPL_HELPER_BTRFS_EXTENTS_H

#include "helper/tree.h"

#include <stddef.h>
#include <stdint.h>

struct tpl_btrfs_extents {
  struct tpl_btrfs_ref *refs; /* to written extents that are not compressed; owned */
  size_t count;
  size_t room;
  uint64_t leaf_bytes;    /* items of the subvolumes' trees, with their headers */
  uint64_t extent_count;  /* of data, counted once for each file that has them */
  uint64_t plain_bytes;   /* besides those of `refs` */
  uint64_t encoded_bytes; /* of compressed extents, as they are */
  uint64_t unpacked_bytes; /* the same, unpacked */
};

/* Adds what is in the subvolume with this number. Returns 0 or an exit code, the error told. */
int tpl_btrfs_extents_add (struct tpl_btrfs_extents *extents, const struct tpl_tree *tree,
                           uint64_t subvolume);

/* Prints all sums, as `KEY NUMBER`. */
void tpl_btrfs_extents_print (struct tpl_btrfs_extents *extents);

void tpl_btrfs_extents_free (struct tpl_btrfs_extents *extents);

#endif
