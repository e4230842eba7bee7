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
  bool is_btrfs;
  bool has_fsxattr; /* FS_IOC_FSGETXATTR works */
  bool has_direct;  /* O_DIRECT works, as far as is known */
  bool has_fiemap;  /* as far as is known */
};

/* "source" or "target". */
const char *tpl_side_name (int side);

/* Opens the directory at PATH as a tree. Returns 0 or an exit code, having told the error. */
int tpl_tree_open (struct tpl_tree *tree, const char *path);

/* Inodes of TREE by number, for a map: on btrfs each subvolume, which is a device of its own,
   counts them anew. Numbers from TPL_INODES_END on are not told apart there. */
#define TPL_INODES_END (UINT64_C (1) << 44)
uint64_t tpl_tree_inode_key (const struct tpl_tree *tree, dev_t device, uint64_t ino);

void tpl_tree_close (struct tpl_tree *tree);

#endif
