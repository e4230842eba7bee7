#include "helper/extents.h"

#include "helper/command.h"
#include "helper/grow.h"

#include <errno.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { extents_a_call = 256 };

static int
add (struct tpl_extents *extents, const struct tpl_extent *extent)
{
  struct tpl_extent *last = extents->count > 0 ? &extents->list[extents->count - 1] : NULL;
  if (last != NULL && last->start_bytes + last->length_bytes == extent->start_bytes &&
      last->physical_bytes + last->length_bytes == extent->physical_bytes &&
      last->is_unwritten == extent->is_unwritten && last->is_shared == extent->is_shared &&
      last->is_encoded == extent->is_encoded) {
    last->length_bytes += extent->length_bytes;
    return 0;
  }
  struct tpl_extent *list
      = tpl_grow (extents->list, extents->count, &extents->room, sizeof *list);
  if (list == NULL)
    return ENOMEM;
  extents->list = list;
  extents->list[extents->count++] = *extent;
  return 0;
}

static int
read_fiemap (int fd, struct tpl_extents *extents)
{
  static union {
    struct fiemap map;
    char bytes[sizeof (struct fiemap) + extents_a_call * sizeof (struct fiemap_extent)];
  } request;
  uint64_t start = 0;

  for (;;) {
    memset (&request.map, 0, sizeof request.map);
    request.map.fm_start = start;
    request.map.fm_length = FIEMAP_MAX_OFFSET - start;
    request.map.fm_flags = FIEMAP_FLAG_SYNC;
    request.map.fm_extent_count = extents_a_call;
    if (ioctl (fd, FS_IOC_FIEMAP, &request.map) != 0)
      return errno;

    const struct fiemap_extent *found = request.map.fm_extents;
    for (uint32_t i = 0; i < request.map.fm_mapped_extents; i++) {
      struct tpl_extent extent = {
          .start_bytes = found[i].fe_logical,
          .length_bytes = found[i].fe_length,
          .physical_bytes = found[i].fe_physical,
          .is_unwritten = (found[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN) != 0,
          .is_encoded = (found[i].fe_flags & FIEMAP_EXTENT_ENCODED) != 0,
          .is_shared =
              (found[i].fe_flags & (FIEMAP_EXTENT_SHARED | FIEMAP_EXTENT_ENCODED)) ==
              FIEMAP_EXTENT_SHARED,
      };
      int error = add (extents, &extent);
      if (error != 0)
        return error;
      start = extent.start_bytes + extent.length_bytes;
      if (found[i].fe_flags & FIEMAP_EXTENT_LAST)
        return 0;
    }
    if (request.map.fm_mapped_extents == 0)
      return 0;
  }
}

/* For filesystems without FIEMAP: they have no preallocation that could be seen either. */
static int
read_seek (int fd, uint64_t size_bytes, struct tpl_extents *extents)
{
  off_t end = 0;
  while ((uint64_t)end < size_bytes) {
    off_t data = lseek (fd, end, SEEK_DATA);
    if (data < 0)
      return errno == ENXIO ? 0 : errno;
    end = lseek (fd, data, SEEK_HOLE);
    if (end < 0)
      return errno;
    struct tpl_extent extent = {.start_bytes = (uint64_t)data,
                                .length_bytes = (uint64_t)(end - data)};
    int error = add (extents, &extent);
    if (error != 0)
      return error;
  }
  return 0;
}

int
tpl_extents_read (const struct tpl_node *node, uint64_t size_bytes, struct tpl_extents *extents)
{
  int error = EOPNOTSUPP;

  extents->count = 0;
  if (node->tree->has_fiemap)
    error = read_fiemap (node->fd, extents);
  if (error == EOPNOTSUPP || error == ENOTTY)
    error = read_seek (node->fd, size_bytes, extents);
  if (error != 0)
    return tpl_fail (node->path, error, "read the file's extents");
  return 0;
}

/* What was preallocated up to the file's end looks full, and only XFS marks it. To ask for the
   extents of each small file, which takes little if it is written, would cost more than that. */
enum { least_unmarked_bytes = 64 * 1024 };

bool
tpl_extents_are_of_interest (const struct tpl_tree *tree, const struct tpl_inode *inode)
{
  uint64_t size = inode->stat.stx_size, block = tree->block_bytes;
  uint64_t full = size / block * block + (size % block != 0 ? block : 0);
  return inode->stat.stx_blocks * 512 != full ||
         (tree->is_xfs ? (inode->attr.fsx_xflags & FS_XFLAG_PREALLOC) != 0
                       : !tree->is_fat && size >= least_unmarked_bytes);
}

bool
tpl_extents_keep_unwritten (const struct tpl_tree *tree, const struct tpl_inode *inode)
{
  return !tree->is_xfs || (inode->attr.fsx_xflags & FS_XFLAG_PREALLOC) != 0;
}

void
tpl_extents_free (struct tpl_extents *extents)
{
  free (extents->list);
  memset (extents, 0, sizeof *extents);
}
