/* Room that a file has without data in it (fallocate). */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>

static int
preallocate (struct tpl_copy *copy, const struct tpl_node *to, const struct tpl_extent *extent)
{
  bool tried = false;
  while (fallocate (to->fd, FALLOC_FL_KEEP_SIZE, (off_t)extent->start_bytes,
                    (off_t)extent->length_bytes) != 0)
    if (!tpl_room_make (to->fd, &tried))
      return tpl_fail (to->path, errno, "preallocate %llu bytes at %llu",
                       (unsigned long long)extent->length_bytes,
                       (unsigned long long)extent->start_bytes);
  if (extent->is_unwritten)
    copy->counts.preallocated_bytes += extent->length_bytes;
  return 0;
}

/* XFS marks a file that was ever preallocated, even if nothing of that is left. */
static int
mark_preallocated (const struct tpl_node *to)
{
  off_t block_bytes = to->tree->block_bytes;
  bool tried = false;
  while (fallocate (to->fd, FALLOC_FL_KEEP_SIZE, 0, block_bytes) != 0)
    if (!tpl_room_make (to->fd, &tried))
      return tpl_fail (to->path, errno, "preallocate");
  if (fallocate (to->fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, block_bytes) != 0)
    return tpl_fail (to->path, errno, "give back what was preallocated");
  return 0;
}

int
tpl_copy_preallocate (struct tpl_copy *copy, const struct tpl_node *to,
                      const struct tpl_inode *inode)
{
  const struct tpl_tree *source = &copy->trees[TPL_SOURCE];
  const struct tpl_extents *extents = &copy->extents;
  bool is_marked = source->is_xfs && (inode->attr.fsx_xflags & FS_XFLAG_PREALLOC) != 0;

  if (!tpl_extents_keep_unwritten (source, inode))
    return 0;
  if (is_marked && to->tree->is_xfs && extents->count == 0)
    return mark_preallocated (to);
  for (size_t i = 0; i < extents->count; i++) {
    const struct tpl_extent *extent = &extents->list[i];
    bool is_beyond_end = extent->start_bytes >= inode->stat.stx_size;
    /* Data of a marked file were preallocated, too; shared extents will be cloned. */
    if (!extent->is_unwritten && !is_beyond_end && (!is_marked || extent->is_shared))
      continue;
    int status = preallocate (copy, to, extent);
    if (status != 0)
      return status;
  }
  return 0;
}
