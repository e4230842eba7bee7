#include "helper/xfs-stat.h"

#include "helper/command.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

/* ioctl_xfs_fsbulkstat: part of the kernel's interface since before 4.18, and still there. */
struct bulk_request {
  uint64_t *inode_number;
  int32_t count;
  void *buffer;
  int32_t *found;
};

struct bulk_time {
  long seconds;
  int32_t nanoseconds;
};

struct bulk_stat {
  uint64_t ino;
  uint16_t mode;
  uint16_t nlink;
  uint32_t uid;
  uint32_t gid;
  uint32_t rdev;
  int32_t io_bytes;
  int64_t size_bytes;
  struct bulk_time atime;
  struct bulk_time mtime;
  struct bulk_time ctime;
  int64_t blocks;
  uint32_t xflags;
  int32_t extsize;
  int32_t extents;
  uint32_t generation;
  uint16_t project_low;
  uint16_t fork_offset;
  uint16_t project_high;
  uint16_t sick;
  uint16_t checked;
  unsigned char pad[2];
  uint32_t cowextsize;
  uint32_t event_mask;
  uint16_t event_state;
  uint16_t attribute_extents;
};

#define XFS_BULKSTAT_SINGLE _IOWR ('X', 102, struct bulk_request)

_Static_assert(sizeof (void *) != 8 || sizeof (struct bulk_stat) == 136,
               "the kernel's struct xfs_bstat on a 64-bit machine");

int
tpl_xfs_stat_attr (const struct tpl_node *node, uint64_t ino, struct fsxattr *attr)
{
  struct bulk_stat stat = {0};
  uint64_t number = ino;
  int32_t found = 0;
  struct bulk_request request = {
      .inode_number = &number, .count = 1, .buffer = &stat, .found = &found};

  if (ioctl (node->tree->root_fd, XFS_BULKSTAT_SINGLE, &request) != 0)
    return tpl_fail (node->path, errno, "read the inode's flags and project by its number");
  if (stat.ino != ino)
    return tpl_fail (node->path, 0, "the filesystem told of another inode than it was asked for");
  attr->fsx_xflags = stat.xflags;
  attr->fsx_projid = (uint32_t)stat.project_high << 16 | stat.project_low;
  attr->fsx_extsize = (uint32_t)stat.extsize;
  attr->fsx_nextents = (uint32_t)stat.extents;
  attr->fsx_cowextsize = stat.cowextsize;
  return 0;
}
