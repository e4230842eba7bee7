/* Compressed data of btrfs, carried over as they are: they take what they took, and no processor's
   time (Linux >= 5.18). */
#include "helper/command.h"
#include "helper/copy.h"

#include <errno.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

/* The most that one compressed extent holds, unpacked. */
enum { most_bytes = 128 * 1024 };

static int
write_encoded (struct tpl_copy *copy, const struct tpl_node *to,
               const struct btrfs_ioctl_encoded_io_args *args, bool *is_written)
{
  int written = ioctl (to->fd, BTRFS_IOC_ENCODED_WRITE, args);
  /* For inodes that can't have compressed data, and other reasons of the kernel's own. */
  *is_written = written >= 0 || (errno != EINVAL && errno != EOPNOTSUPP && errno != ENOTTY);
  if (*is_written && (written < 0 || (size_t)written != args->iov->iov_len))
    return tpl_fail (to->path, written < 0 ? errno : EIO, "write compressed data at %lld",
                     (long long)args->offset);
  if (*is_written)
    copy->counts.encoded_bytes += (uint64_t)written;
  return 0;
}

int
tpl_copy_encoded (struct tpl_copy *copy, const struct tpl_node *from, const struct tpl_node *to,
                  const struct tpl_clone *range)
{
  static char buffer[most_bytes];
  uint64_t at = range->to_bytes, end = at + range->length_bytes;

  while (at < end) {
    struct iovec place = {.iov_base = buffer, .iov_len = sizeof buffer};
    struct btrfs_ioctl_encoded_io_args args = {.iov = &place, .iovcnt = 1, .offset = (__s64)at};
    int got = ioctl (from->fd, BTRFS_IOC_ENCODED_READ, &args);
    if (got < 0 || args.len == 0 || args.len > end - at)
      return tpl_fail (from->path, got < 0 ? errno : 0, "read compressed data at %llu",
                       (unsigned long long)at);
    bool is_written = false;
    int status = 0;
    place.iov_len = (size_t)got;
    /* A part of an extent may be larger compressed, with all of it, than plain. */
    if (args.compression != BTRFS_ENCODED_IO_COMPRESSION_NONE && (uint64_t)got < args.len)
      status = write_encoded (copy, to, &args, &is_written);
    if (status == 0 && !is_written)
      status = tpl_copy_plainly (from, to, at, args.len);
    if (status != 0)
      return status;
    at += args.len;
    copy->counts.data_bytes += args.len;
    tpl_progress_add (&copy->progress, args.len, 0);
  }
  return 0;
}
