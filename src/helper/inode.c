#include "helper/inode.h"

#include "helper/command.h"
#include "helper/subvolume.h"
#include "helper/xfs-stat.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/msdos_fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A directory's own bit is no attribute; the root has none. */
#define FAT_KEPT (ATTR_RO | ATTR_HIDDEN | ATTR_SYS | ATTR_ARCH)

static int
read_fat_attributes (const struct tpl_node *node, uint32_t *attributes)
{
  uint32_t found = 0;

  *attributes = 0;
  if (node->fd < 0 || !node->tree->is_fat)
    return 0;
  if (ioctl (node->fd, FAT_IOCTL_GET_ATTRIBUTES, &found) != 0)
    return tpl_fail (node->path, errno, "read the FAT attributes");
  *attributes = found & FAT_KEPT;
  return 0;
}

int
tpl_inode_set_fat_attributes (const struct tpl_node *node, const struct tpl_inode *inode)
{
  uint32_t present = 0;

  int status = read_fat_attributes (node, &present);
  if (status != 0 || present == inode->fat_attributes || !node->tree->is_fat)
    return status;
  uint32_t wanted = inode->fat_attributes | (S_ISDIR (inode->stat.stx_mode) ? ATTR_DIR : 0);
  if (ioctl (node->fd, FAT_IOCTL_SET_ATTRIBUTES, &wanted) != 0)
    return tpl_fail (node->path, errno, "set the FAT attributes 0x%02x", wanted);
  return 0;
}

static int
read_attr (const struct tpl_node *node, struct tpl_inode *inode)
{
  int flags = 0;

  memset (&inode->attr, 0, sizeof inode->attr);
  inode->flags = 0;
  int status = read_fat_attributes (node, &inode->fat_attributes);
  if (status != 0 || tpl_subvolume_is_stub (node->tree, inode->stat.stx_ino))
    return status;
  if (node->fd < 0)
    return node->tree->is_xfs ? tpl_xfs_stat_attr (node, inode->stat.stx_ino, &inode->attr) : 0;
  if (!node->tree->has_fsxattr)
    return 0;
  if (ioctl (node->fd, FS_IOC_FSGETXATTR, &inode->attr) != 0)
    return tpl_fail (node->path, errno, "read the inode's flags and project");
  if (node->tree->is_xfs)
    return 0;
  if (ioctl (node->fd, FS_IOC_GETFLAGS, &flags) != 0 && errno != ENOTTY && errno != EOPNOTSUPP)
    return tpl_fail (node->path, errno, "read the inode's flags");
  inode->flags = (uint32_t)flags;
  return 0;
}

int
tpl_inode_read (const struct tpl_node *node, struct tpl_inode *inode)
{
  int failed = node->fd >= 0 ? statx (node->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &inode->stat)
                             : statx (node->dir_fd, node->name, AT_SYMLINK_NOFOLLOW,
                                      STATX_BASIC_STATS, &inode->stat);
  if (failed != 0)
    return tpl_fail (node->path, errno, "read the inode");
  return read_attr (node, inode);
}

bool
tpl_inode_may_have_xattrs (const struct tpl_tree *tree, const struct tpl_inode *inode)
{
  return !tree->is_xfs || !tree->has_fsxattr || (inode->attr.fsx_xflags & FS_XFLAG_HASATTR) != 0;
}

bool
tpl_attr_is_special (const struct fsxattr *attr)
{
  return (attr->fsx_xflags & ~(uint32_t)TPL_DERIVED_XFLAGS) != 0 || attr->fsx_projid != 0;
}

static uint32_t
extent_size (const struct fsxattr *attr)
{
  return attr->fsx_xflags & (FS_XFLAG_EXTSIZE | FS_XFLAG_EXTSZINHERIT) ? attr->fsx_extsize : 0;
}

static uint32_t
cow_extent_size (const struct fsxattr *attr)
{
  return attr->fsx_xflags & FS_XFLAG_COWEXTSIZE ? attr->fsx_cowextsize : 0;
}

bool
tpl_attr_same_hints (const struct fsxattr *left, const struct fsxattr *right)
{
  return extent_size (left) == extent_size (right) &&
         cow_extent_size (left) == cow_extent_size (right);
}

bool
tpl_attr_equal (const struct fsxattr *left, const struct fsxattr *right)
{
  uint32_t compared = ~(uint32_t)TPL_DERIVED_XFLAGS;
  return (left->fsx_xflags & compared) == (right->fsx_xflags & compared) &&
         left->fsx_projid == right->fsx_projid && tpl_attr_same_hints (left, right);
}

int
tpl_inode_set_attr (const struct tpl_node *node, const struct tpl_inode *inode,
                    uint32_t without_xflags)
{
  struct fsxattr attr = {
      .fsx_xflags = inode->attr.fsx_xflags & ~((uint32_t)TPL_DERIVED_XFLAGS | without_xflags),
      .fsx_projid = inode->attr.fsx_projid,
      .fsx_extsize = extent_size (&inode->attr),
      .fsx_cowextsize = cow_extent_size (&inode->attr),
  };
  if (ioctl (node->fd, FS_IOC_FSSETXATTR, &attr) != 0)
    return tpl_fail (node->path, errno,
                     "set flags 0x%x, project %u, extent size %u, CoW extent size %u",
                     attr.fsx_xflags, attr.fsx_projid, attr.fsx_extsize, attr.fsx_cowextsize);
  return 0;
}

int
tpl_inode_check_attr (const struct tpl_node *node, const struct tpl_inode *inode)
{
  struct fsxattr stored;
  if (ioctl (node->fd, FS_IOC_FSGETXATTR, &stored) != 0)
    return tpl_fail (node->path, errno, "read the inode's flags and project");
  if (!tpl_attr_equal (&stored, &inode->attr))
    return tpl_fail (node->path, 0,
                     "the target stored flags 0x%x project %u extent size %u instead of "
                     "0x%x, %u, %u",
                     stored.fsx_xflags, stored.fsx_projid, stored.fsx_extsize,
                     inode->attr.fsx_xflags, inode->attr.fsx_projid, inode->attr.fsx_extsize);
  return 0;
}

int
tpl_inode_set_extra_flags (const struct tpl_node *node, const struct tpl_inode *inode)
{
  uint32_t wanted = inode->flags & TPL_EXTRA_FLAGS;
  int flags = 0;

  if (inode->flags & TPL_IMPOSSIBLE_FLAGS)
    return tpl_fail (node->path, 0, "encrypted, verity or case-folding inodes cannot be copied");
  if (wanted == 0)
    return 0;
  if (ioctl (node->fd, FS_IOC_GETFLAGS, &flags) != 0)
    return tpl_fail (node->path, errno, "read the new inode's flags");
  if (((uint32_t)flags & TPL_EXTRA_FLAGS) == wanted)
    return 0;
  flags = (int)(((uint32_t)flags & ~(uint32_t)TPL_EXTRA_FLAGS) | wanted);
  if (ioctl (node->fd, FS_IOC_SETFLAGS, &flags) != 0)
    return tpl_fail (node->path, errno, "set inode flags 0x%x", (unsigned)flags);
  return 0;
}

int
tpl_inode_set_owner (const struct tpl_node *node, const struct tpl_inode *inode)
{
  uid_t uid = inode->stat.stx_uid;
  gid_t gid = inode->stat.stx_gid;
  int failed = node->fd >= 0 ? fchown (node->fd, uid, gid)
                             : fchownat (node->dir_fd, node->name, uid, gid, AT_SYMLINK_NOFOLLOW);
  if (failed != 0)
    return tpl_fail (node->path, errno, "set the owner to %u:%u", uid, gid);
  return 0;
}

int
tpl_inode_set_mode (const struct tpl_node *node, const struct tpl_inode *inode)
{
  mode_t mode = inode->stat.stx_mode & 07777;
  int failed =
      node->fd >= 0 ? fchmod (node->fd, mode) : fchmodat (node->dir_fd, node->name, mode, 0);
  if (failed != 0)
    return tpl_fail (node->path, errno, "set the mode to %04o", mode);
  return 0;
}

/* Times that every filesystem can keep. */
static bool
is_ordinary (const struct statx_timestamp *stamp)
{
  return stamp->tv_sec >= 0 && stamp->tv_sec < INT32_MAX;
}

static bool
same_time (const struct statx_timestamp *left, const struct statx_timestamp *right)
{
  return left->tv_sec == right->tv_sec && left->tv_nsec == right->tv_nsec;
}

static int
check_times (const struct tpl_node *node, const struct tpl_inode *inode)
{
  struct statx stored;
  int failed = node->fd >= 0
                   ? statx (node->fd, "", AT_EMPTY_PATH, STATX_ATIME | STATX_MTIME, &stored)
                   : statx (node->dir_fd, node->name, AT_SYMLINK_NOFOLLOW,
                            STATX_ATIME | STATX_MTIME, &stored);
  if (failed != 0)
    return tpl_fail (node->path, errno, "read the times back");
  if (!same_time (&stored.stx_atime, &inode->stat.stx_atime) ||
      !same_time (&stored.stx_mtime, &inode->stat.stx_mtime))
    return tpl_fail (node->path, 0,
                     "the target's filesystem cannot keep the times: asked for mtime %lld.%09u "
                     "atime %lld.%09u, it stored %lld.%09u and %lld.%09u",
                     (long long)inode->stat.stx_mtime.tv_sec, inode->stat.stx_mtime.tv_nsec,
                     (long long)inode->stat.stx_atime.tv_sec, inode->stat.stx_atime.tv_nsec,
                     (long long)stored.stx_mtime.tv_sec, stored.stx_mtime.tv_nsec,
                     (long long)stored.stx_atime.tv_sec, stored.stx_atime.tv_nsec);
  return 0;
}

int
tpl_inode_set_times (const struct tpl_node *node, const struct tpl_inode *inode, bool check)
{
  const struct statx_timestamp *access = &inode->stat.stx_atime;
  const struct statx_timestamp *change = &inode->stat.stx_mtime;
  const struct timespec times[2] = {
      {.tv_sec = access->tv_sec, .tv_nsec = access->tv_nsec},
      {.tv_sec = change->tv_sec, .tv_nsec = change->tv_nsec},
  };
  int failed = node->fd >= 0 ? futimens (node->fd, times)
                             : utimensat (node->dir_fd, node->name, times, AT_SYMLINK_NOFOLLOW);
  if (failed != 0)
    return tpl_fail (node->path, errno, "set the times");
  if (!check && is_ordinary (access) && is_ordinary (change))
    return 0;
  return check_times (node, inode);
}
