/* Symbolic links, FIFOs, sockets and devices: inodes that are never opened. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/room.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int
tpl_copy_lend_project (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                       uint32_t project)
{
  struct tpl_copy_dir *dir = frame->data;
  struct tpl_inode lent = {0};
  struct tpl_node node
      = tpl_node_open (&copy->trees[TPL_TARGET], frame->fd[TPL_TARGET], walk->path.text);

  if (dir->lent_project == project)
    return 0;
  lent.attr.fsx_projid = project;
  lent.attr.fsx_xflags = project != 0 ? FS_XFLAG_PROJINHERIT : 0;
  int status = tpl_inode_set_attr (&node, &lent, 0);
  if (status == 0)
    dir->lent_project = project;
  return status;
}

static int
make_symlink (const struct tpl_node *from, const struct tpl_node *to, const struct tpl_inode *inode)
{
  char text[PATH_MAX + 1];
  ssize_t length = readlinkat (from->dir_fd, from->name, text, sizeof text - 1);
  if (length < 0)
    return tpl_fail (from->path, errno, "read the symbolic link");
  text[length] = '\0';
  if ((uint64_t)length != inode->stat.stx_size || strlen (text) != (size_t)length)
    return tpl_fail (from->path, 0, "the symbolic link's text is not as long as its inode says");
  bool tried = false;
  while (symlinkat (text, to->dir_fd, to->name) != 0)
    if (!tpl_room_make (to->dir_fd, &tried))
      return tpl_fail (from->path, errno, "make the symbolic link");
  return 0;
}

static int
make (const struct tpl_node *from, const struct tpl_node *to, const struct tpl_inode *inode)
{
  const struct statx *stat = &inode->stat;
  if (S_ISLNK (stat->stx_mode))
    return make_symlink (from, to, inode);
  if (!S_ISFIFO (stat->stx_mode) && !S_ISSOCK (stat->stx_mode) && !S_ISCHR (stat->stx_mode) &&
      !S_ISBLK (stat->stx_mode))
    return tpl_fail (from->path, 0, "is of an unknown type (mode %06o)", stat->stx_mode);
  dev_t device = makedev (stat->stx_rdev_major, stat->stx_rdev_minor);
  bool tried = false;
  while (mknodat (to->dir_fd, to->name, stat->stx_mode, device) != 0)
    if (!tpl_room_make (to->dir_fd, &tried))
      return tpl_fail (from->path, errno, "make the special file");
  return 0;
}

static int
check (const struct tpl_copy *copy, const struct tpl_frame *frame, const struct tpl_node *from,
       const struct tpl_inode *inode)
{
  uint32_t xflags = inode->attr.fsx_xflags & ~(uint32_t)TPL_DERIVED_XFLAGS;
  if (tpl_walk_is_elsewhere (frame, TPL_SOURCE, &inode->stat))
    return tpl_fail (from->path, 0, "another filesystem is mounted here");
  if (xflags != 0)
    return tpl_fail (from->path, 0, "has flags (0x%x) that no new special file can be given",
                     xflags);
  if (inode->attr.fsx_projid != 0 && !copy->trees[TPL_TARGET].has_fsxattr)
    return tpl_fail (from->path, 0, "has project %u, which the target cannot keep",
                     inode->attr.fsx_projid);
  return 0;
}

int
tpl_copy_special (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
                  const struct tpl_entry *entry)
{
  struct tpl_inode inode;
  struct tpl_node nodes[TPL_SIDES];

  for (int side = 0; side < TPL_SIDES; side++)
    nodes[side] = (struct tpl_node){.tree = &copy->trees[side],
                                    .dir_fd = frame->fd[side],
                                    .name = entry->name,
                                    .fd = -1,
                                    .path = walk->path.text};
  const struct tpl_node *from = &nodes[TPL_SOURCE], *to = &nodes[TPL_TARGET];

  int status = tpl_inode_read (from, &inode);
  if (status == 0)
    status = check (copy, frame, from, &inode);
  if (status == 0)
    status = tpl_copy_lend_project (copy, walk, frame, inode.attr.fsx_projid);
  if (status == 0)
    status = make (from, to, &inode);
  if (status == 0 && inode.stat.stx_nlink > 1)
    status = tpl_copy_remember_link (copy, to, &inode);
  if (S_ISLNK (inode.stat.stx_mode))
    copy->counts.symlinks++;
  else
    copy->counts.specials++;
  return status == 0 ? tpl_copy_metadata (copy, from, to, &inode) : status;
}
