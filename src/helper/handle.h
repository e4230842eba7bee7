/* File handles: a way back to an inode of the target that needs neither an open descriptor nor a
   path (which may be longer than PATH_MAX), for any number of inodes. */
#ifndef TPL_HELPER_HANDLE_H
#define TPL_HELPER_HANDLE_H

#include "helper/inode.h"

#include <stdint.h>

struct tpl_handle {
  int32_t type;
  uint32_t length_bytes;
  unsigned char bytes[32]; /* XFS needs at most 24 */
};

/* Gets the handle of NODE. Returns 0 or an exit code, the error told. */
int tpl_handle_get (const struct tpl_node *node, struct tpl_handle *handle);

/* Opens HANDLE's inode in TREE with open(2)'s FLAGS; symbolic links and devices only with O_PATH.
   Returns a descriptor, or -1 with errno. */
int tpl_handle_open (const struct tpl_tree *tree, const struct tpl_handle *handle, int flags);

#endif
