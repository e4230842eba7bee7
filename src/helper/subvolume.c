#include "helper/subvolume.h"

#include "helper/btrfs-search.h"
#include "helper/command.h"

#include <endian.h>
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

bool
tpl_subvolume_is_at (const struct tpl_tree *tree, int fd)
{
  struct btrfs_ioctl_fs_info_args here = {0}, tree_is = {0};
  struct stat status;

  return tree->is_btrfs && fstat (fd, &status) == 0 &&
         status.st_ino == BTRFS_FIRST_FREE_OBJECTID &&
         ioctl (fd, BTRFS_IOC_FS_INFO, &here) == 0 &&
         ioctl (tree->root_fd, BTRFS_IOC_FS_INFO, &tree_is) == 0 &&
         memcmp (here.fsid, tree_is.fsid, sizeof here.fsid) == 0;
}

bool
tpl_subvolume_is_stub (const struct tpl_tree *tree, uint64_t ino)
{
  return tree->is_btrfs && ino == BTRFS_EMPTY_SUBVOL_DIR_OBJECTID;
}

int
tpl_subvolume_create (int dir_fd, const char *name, const char *path)
{
  struct btrfs_ioctl_vol_args args = {0};

  if (strlen (name) >= sizeof args.name)
    return tpl_fail (path, ENAMETOOLONG, "make the subvolume");
  strcpy (args.name, name);
  if (ioctl (dir_fd, BTRFS_IOC_SUBVOL_CREATE, &args) != 0)
    return tpl_fail (path, errno, "make the subvolume");
  return 0;
}

int
tpl_subvolume_id (const struct tpl_node *node, uint64_t *id)
{
  struct btrfs_ioctl_ino_lookup_args args = {.objectid = BTRFS_FIRST_FREE_OBJECTID};

  if (ioctl (node->fd, BTRFS_IOC_INO_LOOKUP, &args) != 0)
    return tpl_fail (node->path, errno, "ask for the subvolume's number");
  *id = args.treeid;
  return 0;
}

int
tpl_subvolume_is_read_only (const struct tpl_node *node, bool *read_only)
{
  __u64 flags = 0;

  if (ioctl (node->fd, BTRFS_IOC_SUBVOL_GETFLAGS, &flags) != 0)
    return tpl_fail (node->path, errno, "read the subvolume's flags");
  *read_only = (flags & BTRFS_SUBVOL_RDONLY) != 0;
  return 0;
}

int
tpl_subvolume_set_read_only (const struct tpl_node *node)
{
  __u64 flags = BTRFS_SUBVOL_RDONLY;

  if (ioctl (node->fd, BTRFS_IOC_SUBVOL_SETFLAGS, &flags) != 0)
    return tpl_fail (node->path, errno, "make the subvolume read-only");
  return 0;
}

/* The entry "default" of the tree of roots (fs/btrfs/super.c, get_default_subvol_objectid ()). */
static int
take_default (void *context, const struct btrfs_ioctl_search_header *header, const void *item)
{
  static const char name[] = "default";
  const struct btrfs_dir_item *entry = item;

  if (header->len >= sizeof *entry + sizeof name - 1 &&
      le16toh (entry->name_len) == sizeof name - 1 &&
      memcmp (entry + 1, name, sizeof name - 1) == 0)
    *(uint64_t *)context = le64toh (entry->location.objectid);
  return 0;
}

int
tpl_subvolume_default (const struct tpl_tree *tree, uint64_t *id)
{
  struct btrfs_ioctl_search_key key = {
      .tree_id = BTRFS_ROOT_TREE_OBJECTID,
      .min_objectid = BTRFS_ROOT_TREE_DIR_OBJECTID,
      .max_objectid = BTRFS_ROOT_TREE_DIR_OBJECTID,
      .min_type = BTRFS_DIR_ITEM_KEY,
      .max_type = BTRFS_DIR_ITEM_KEY,
  };

  *id = BTRFS_FS_TREE_OBJECTID;
  int error = tpl_btrfs_search (tree->root_fd, &key, take_default, id);
  return error == 0 ? 0 : tpl_fail ("/", error, "look for the default subvolume");
}

int
tpl_subvolume_set_default (const struct tpl_tree *tree, uint64_t id)
{
  __u64 number = id;

  if (ioctl (tree->root_fd, BTRFS_IOC_DEFAULT_SUBVOL, &number) != 0)
    return tpl_fail ("/", errno, "make subvolume %llu the default", (unsigned long long)number);
  return 0;
}
