/* One of the two trees that a command works on: the mount point and what its filesystem can do. */
#ifndef TPL_HELPER_TREE_H
#define TPL_HELPER_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { TPL_SOURCE = 0, TPL_TARGET = 1, TPL_SIDES = 2 };

struct tpl_tree {
  int root_fd; /* owned */
  dev_t device;
  uint32_t block_bytes;
  bool is_xfs;
  bool is_fat;
  bool has_fsxattr; /* FS_IOC_FSGETXATTR works */
  bool has_direct;  /* O_DIRECT works, as far as is known */
  bool has_fiemap;  /* as far as is known */
};

/* "source" or "target". */
const char *tpl_side_name (int side);

/* Opens the directory at PATH as a tree. Returns 0 or an exit code, having told the error. */
int tpl_tree_open (struct tpl_tree *tree, const char *path);

/* Whether STAT is of an inode that is not on TREE's filesystem. */
bool tpl_tree_is_elsewhere (const struct tpl_tree *tree, const struct statx *stat);

void tpl_tree_close (struct tpl_tree *tree);

#endif
