#include "helper/tree.h"

#include "helper/command.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

const char *
tpl_side_name (int side)
{
  return side == TPL_SOURCE ? "source" : "target";
}

int
tpl_tree_open (struct tpl_tree *tree, const char *path)
{
  struct stat status;
  struct statfs filesystem;
  struct fsxattr attributes;

  memset (tree, 0, sizeof *tree);
  tree->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_NOATIME | O_CLOEXEC);
  if (tree->root_fd < 0)
    return tpl_fail (path, errno, "open the tree");
  if (fstat (tree->root_fd, &status) != 0 || fstatfs (tree->root_fd, &filesystem) != 0)
    return tpl_fail (path, errno, "look at the tree's filesystem");

  tree->device = status.st_dev;
  tree->block_bytes = filesystem.f_bsize > 0 ? (uint32_t)filesystem.f_bsize : 4096;
  tree->is_xfs = filesystem.f_type == XFS_SUPER_MAGIC;
  tree->is_btrfs = filesystem.f_type == BTRFS_SUPER_MAGIC;
  tree->is_fat = filesystem.f_type == MSDOS_SUPER_MAGIC;
  tree->has_fsxattr = ioctl (tree->root_fd, FS_IOC_FSGETXATTR, &attributes) == 0;
  tree->has_direct = true;
  tree->has_fiemap = true;
  return 0;
}

uint64_t
tpl_tree_inode_key (const struct tpl_tree *tree, dev_t device, uint64_t ino)
{
  /* Its devices have no number of their own but a minor one, of 20 bits. */
  return tree->is_btrfs ? (uint64_t)minor (device) * TPL_INODES_END ^ ino : ino;
}

void
tpl_tree_close (struct tpl_tree *tree)
{
  if (tree->root_fd >= 0)
    close (tree->root_fd);
  tree->root_fd = -1;
}
