/* Hard links, of every kind of inode. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/grow.h"
#include "helper/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Gives the flags that had to wait until the inode has its last name. */
static int
end_link (struct tpl_copy *copy, const struct tpl_walk *walk, struct tpl_link *link)
{
  if (link->late == NULL)
    return 0;
  const struct tpl_tree *tree = &copy->trees[TPL_TARGET];
  int fd = tpl_handle_open (tree, &link->handle, O_RDONLY | O_NOATIME);
  struct tpl_node node = tpl_node_open (tree, fd, walk->path.text);
  if (node.fd < 0)
    return tpl_fail (node.path, errno, "open the file for its flags");
  int status = tpl_copy_late_attr (&node, link->late);
  close (node.fd);
  free (link->late);
  link->late = NULL;
  return status;
}

int
tpl_copy_link (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
               const struct tpl_entry *entry, bool *linked)
{
  uint64_t index;

  uint64_t key =
      tpl_tree_inode_key (&copy->trees[TPL_SOURCE], frame->device[TPL_SOURCE], entry->ino);
  *linked = tpl_inode_map_find (&copy->links.by_ino, key, &index);
  if (!*linked)
    return 0;
  struct tpl_link *link = &copy->links.list[index];
  /* XFS links no inode into a directory that hands down another project. */
  int status = tpl_copy_lend_project (copy, walk, frame, 0);
  if (status != 0)
    return status;
  int fd = tpl_handle_open (&copy->trees[TPL_TARGET], &link->handle, O_PATH | O_NOFOLLOW);
  if (fd < 0)
    return tpl_fail (walk->path.text, errno, "open the file that it is a hard link to");
  bool tried = false;
  while (status == 0 && linkat (fd, "", frame->fd[TPL_TARGET], entry->name, AT_EMPTY_PATH) != 0)
    if (!tpl_room_make (frame->fd[TPL_TARGET], &tried))
      status = tpl_fail (walk->path.text, errno, "make a hard link");
  close (fd);
  if (status != 0)
    return status;
  if (link->remaining == 0)
    return tpl_fail (walk->path.text, 0, "the inode has more names than its link count says");
  copy->counts.hardlinks++;
  return --link->remaining == 0 ? end_link (copy, walk, link) : 0;
}

int
tpl_copy_remember_link (struct tpl_copy *copy, const struct tpl_node *to,
                        const struct tpl_inode *inode)
{
  struct tpl_links *links = &copy->links;
  const struct tpl_tree *tree = &copy->trees[TPL_SOURCE];
  const struct statx *stat = &inode->stat;

  if (tree->is_btrfs && stat->stx_ino >= TPL_INODES_END)
    return tpl_fail (to->path, 0, "has too large an inode number for a file with several names");
  struct tpl_link *list = tpl_grow (links->list, links->count, &links->room, sizeof *list);
  if (list == NULL)
    return tpl_fail (to->path, ENOMEM, "remember an inode with several names");
  links->list = list;
  struct tpl_link *link = &links->list[links->count];
  *link = (struct tpl_link){.remaining = inode->stat.stx_nlink - 1};
  int status = tpl_handle_get (to, &link->handle);
  if (status != 0)
    return status;
  if (inode->attr.fsx_xflags & TPL_LATE_XFLAGS) {
    link->late = malloc (sizeof *link->late);
    if (link->late == NULL)
      return tpl_fail (to->path, ENOMEM, "remember an inode with several names");
    *link->late = *inode;
  }
  uint64_t key = tpl_tree_inode_key (tree, makedev (stat->stx_dev_major, stat->stx_dev_minor),
                                     stat->stx_ino);
  if (!tpl_inode_map_put (&links->by_ino, key, links->count))
    return tpl_fail (to->path, ENOMEM, "remember an inode with several names");
  links->count++;
  return 0;
}

int
tpl_copy_check_links (const struct tpl_copy *copy)
{
  for (size_t i = 0; i < copy->links.count; i++)
    if (copy->links.list[i].remaining > 0)
      return tpl_fail (NULL, 0,
                       "an inode of the source has %u more names than are in the tree: the source "
                       "is damaged, or a part of it is hidden",
                       copy->links.list[i].remaining);
  return 0;
}

void
tpl_copy_free_links (struct tpl_copy *copy)
{
  for (size_t i = 0; i < copy->links.count; i++)
    free (copy->links.list[i].late);
  free (copy->links.list);
  tpl_inode_map_free (&copy->links.by_ino);
}
