/* Extents that files share (reflinks) stay shared: the first file that has one copies the data, the
   others clone from it. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/grow.h"
#include "helper/room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool
tpl_copy_find_clone (const struct tpl_copy *copy, const struct tpl_extent *extent,
                     uint64_t at_bytes, uint64_t end_bytes, struct tpl_clone *clone)
{
  struct tpl_share found;
  uint64_t physical = extent->physical_bytes + (at_bytes - extent->start_bytes);

  if (at_bytes >= end_bytes ||
      !tpl_share_find (&copy->shares, physical, end_bytes - at_bytes, &found))
    return false;
  *clone = (struct tpl_clone){
      .to_bytes = at_bytes + (found.start_bytes - physical),
      .length_bytes = found.length_bytes,
      .from_bytes = found.value,
      .owner = found.owner,
  };
  return true;
}

int
tpl_copy_share_file (struct tpl_copy *copy, const struct tpl_node *to, uint32_t *owner)
{
  struct tpl_share_files *files = &copy->share_files;
  struct tpl_handle handle;

  int status = tpl_handle_get (to, &handle);
  if (status != 0)
    return status;
  /* One file comes with all its extents in a row. */
  if (files->count > 0 && memcmp (&files->list[files->count - 1], &handle, sizeof handle) == 0) {
    *owner = files->count - 1;
    return 0;
  }
  struct tpl_handle *list = tpl_grow (files->list, files->count, &files->room, sizeof *list);
  if (list == NULL)
    return tpl_fail (to->path, ENOMEM, "remember a file with shared extents");
  files->list = list;
  *owner = files->count;
  files->list[files->count++] = handle;
  return 0;
}

static int
open_owner (struct tpl_copy *copy, const struct tpl_node *to, uint32_t owner)
{
  struct tpl_share_files *files = &copy->share_files;
  if (files->open_fd >= 0 && files->open_index == owner)
    return 0;
  if (files->open_fd >= 0)
    close (files->open_fd);
  files->open_index = owner;
  files->open_fd = tpl_handle_open (&copy->trees[TPL_TARGET], &files->list[owner], O_RDONLY);
  if (files->open_fd < 0)
    return tpl_fail (to->path, errno, "open the file to share extents with");
  return 0;
}

int
tpl_copy_plainly (const struct tpl_node *from, const struct tpl_node *to, uint64_t start_bytes,
                  uint64_t length_bytes)
{
  static char buffer[64 * 1024] __attribute__ ((aligned (4096)));
  off_t at = (off_t)start_bytes, end = at + (off_t)length_bytes;

  /* Both descriptors may be for O_DIRECT. */
  if (fcntl (from->fd, F_SETFL, 0) != 0 || fcntl (to->fd, F_SETFL, 0) != 0)
    return tpl_fail (to->path, errno, "copy through the page cache");
  while (at < end) {
    size_t wanted = end - at < (off_t)sizeof buffer ? (size_t)(end - at) : sizeof buffer;
    ssize_t got = pread (from->fd, buffer, wanted, at);
    if (got <= 0)
      return tpl_fail (to->path, got < 0 ? errno : 0, "read at %lld", (long long)at);
    if (pwrite (to->fd, buffer, (size_t)got, at) != got)
      return tpl_fail (to->path, errno, "write at %lld", (long long)at);
    at += got;
  }
  return 0;
}

int
tpl_copy_clone (struct tpl_copy *copy, const struct tpl_node *from, const struct tpl_node *to,
                const struct tpl_clone *clone)
{
  int status = open_owner (copy, to, clone->owner);
  if (status != 0)
    return status;
  struct file_clone_range range = {
      .src_fd = copy->share_files.open_fd,
      .src_offset = clone->from_bytes,
      .src_length = clone->length_bytes,
      .dest_offset = clone->to_bytes,
  };
  bool tried = false;
  int failed;
  do
    failed = ioctl (to->fd, FICLONERANGE, &range);
  while (failed != 0 && tpl_room_make (to->fd, &tried));
  /* The kernel refuses to share the end of a file that is no whole block, unless it is the end of
     both files. */
  if (failed != 0 && errno == EINVAL &&
      clone->length_bytes % copy->trees[TPL_TARGET].block_bytes) {
    copy->counts.unshared_bytes += clone->length_bytes;
    return tpl_copy_plainly (from, to, clone->to_bytes, clone->length_bytes);
  }
  if (failed != 0)
    return tpl_fail (to->path, errno, "share %llu bytes at %llu with another file",
                     (unsigned long long)clone->length_bytes, (unsigned long long)clone->to_bytes);
  copy->counts.shared_bytes += clone->length_bytes;
  tpl_progress_add (&copy->progress, clone->length_bytes, 0);
  return 0;
}

void
tpl_copy_free_shares (struct tpl_copy *copy)
{
  if (copy->share_files.open_fd >= 0)
    close (copy->share_files.open_fd);
  free (copy->share_files.list);
  tpl_share_free (&copy->shares);
}
