/* Where a file's data, holes and preallocations are. */
#ifndef TPL_HELPER_EXTENTS_H
#define TPL_HELPER_EXTENTS_H

#include "helper/inode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpl_extent {
  uint64_t start_bytes; /* in the file */
  uint64_t length_bytes;
  uint64_t physical_bytes; /* on the disk; 0 where the filesystem does not tell */
  bool is_unwritten;       /* preallocated: reads as zeros */
  bool is_shared;          /* other files, or other places of this one, use the same blocks */
  bool is_encoded;         /* compressed: its place on the disk tells nothing about parts of it */
};

struct tpl_extents {
  struct tpl_extent *list; /* in the file's order, without overlaps; owned */
  size_t count;
  size_t room;
};

/* Reads the extents of the open regular file NODE, those beyond its end included. EXTENTS is used
   again from file to file: zero it before the first, free it after the last. Returns 0 or an exit
   code, the error told. */
int tpl_extents_read (const struct tpl_node *node, uint64_t size_bytes,
                      struct tpl_extents *extents);

/* Whether the file can be anything but SIZE bytes of written data: then its extents tell more. */
bool tpl_extents_are_of_interest (const struct tpl_tree *tree, const struct tpl_inode *inode);

/* Whether unwritten extents were asked for by somebody (fallocate) and have to be kept. XFS marks
   such files; in others they are left-overs of the allocator. */
bool tpl_extents_keep_unwritten (const struct tpl_tree *tree, const struct tpl_inode *inode);

void tpl_extents_free (struct tpl_extents *extents);

#endif
