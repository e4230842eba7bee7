/* Subvolumes of btrfs: directories that are trees, and devices, of their own. All functions that
   return int return 0 or an exit code, having told the error. */
#ifndef TPL_HELPER_SUBVOLUME_H
#define TPL_HELPER_SUBVOLUME_H

#include "helper/inode.h"
#include "helper/tree.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether the open directory FD is the root of a subvolume of TREE. */
bool tpl_subvolume_is_at (const struct tpl_tree *tree, int fd);

/* Whether inode number INO of TREE stands where a snapshot has left out a subvolume of its
   original: an empty directory that the kernel makes up, times and all. */
bool tpl_subvolume_is_stub (const struct tpl_tree *tree, uint64_t ino);

/* Makes the empty subvolume NAME in DIR_FD. PATH is for messages. */
int tpl_subvolume_create (int dir_fd, const char *name, const char *path);

/* The number of the subvolume of NODE, an open file or directory in it. */
int tpl_subvolume_id (const struct tpl_node *node, uint64_t *id);

/* Whether nothing can be written to NODE, the root of a subvolume. */
int tpl_subvolume_is_read_only (const struct tpl_node *node, bool *read_only);
int tpl_subvolume_set_read_only (const struct tpl_node *node);

/* The number of the subvolume that is mounted if none is named. */
int tpl_subvolume_default (const struct tpl_tree *tree, uint64_t *id);
int tpl_subvolume_set_default (const struct tpl_tree *tree, uint64_t id);

#endif
