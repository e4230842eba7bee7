#include "helper/btrfs-search.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

/* Holds many of the largest items: no item is longer than a node of 64 KiB. */
enum { buffer_bytes = 512 * 1024 };

/* Moves the least key behind the last item. Returns false at the end of all keys. */
static bool
advance (struct btrfs_ioctl_search_key *key, const struct btrfs_ioctl_search_header *last)
{
  key->min_objectid = last->objectid;
  key->min_type = last->type;
  key->min_offset = last->offset + 1;
  if (key->min_offset != 0)
    return true;
  if (++key->min_type <= UINT8_MAX)
    return true;
  key->min_type = 0;
  return ++key->min_objectid != 0;
}

/* The search takes keys as numbers of 136 bits, so items of other types lie between. */
static bool
is_wanted (const struct btrfs_ioctl_search_key *key, const struct btrfs_ioctl_search_header *header)
{
  return header->type >= key->min_type && header->type <= key->max_type;
}

static int
visit_all (const struct btrfs_ioctl_search_args_v2 *found,
           const struct btrfs_ioctl_search_key *wanted, tpl_btrfs_visit visit, void *context,
           struct btrfs_ioctl_search_header *last)
{
  const char *bytes = (const char *)found->buf;
  size_t at = 0;

  for (uint32_t i = 0; i < found->key.nr_items; i++) {
    if (at + sizeof *last > buffer_bytes)
      return EIO;
    memcpy (last, bytes + at, sizeof *last);
    at += sizeof *last;
    if (last->len > buffer_bytes - at)
      return EIO;
    int error = is_wanted (wanted, last) ? visit (context, last, bytes + at) : 0;
    if (error != 0)
      return error;
    at += last->len;
  }
  return 0;
}

int
tpl_btrfs_search (int fd, const struct btrfs_ioctl_search_key *key, tpl_btrfs_visit visit,
                  void *context)
{
  static union {
    struct btrfs_ioctl_search_args_v2 args;
    char bytes[sizeof (struct btrfs_ioctl_search_args_v2) + buffer_bytes];
  } request;
  struct btrfs_ioctl_search_key next = *key;

  next.max_offset = next.max_transid = UINT64_MAX;
  for (;;) {
    struct btrfs_ioctl_search_header last = {0};
    memset (&request.args, 0, sizeof request.args);
    request.args.key = next;
    request.args.key.nr_items = UINT32_MAX;
    request.args.buf_size = buffer_bytes;
    if (ioctl (fd, BTRFS_IOC_TREE_SEARCH_V2, &request.args) != 0)
      return errno;
    if (request.args.key.nr_items == 0)
      return 0;
    int error = visit_all (&request.args, key, visit, context, &last);
    if (error != 0)
      return error;
    if (!advance (&next, &last))
      return 0;
  }
}
