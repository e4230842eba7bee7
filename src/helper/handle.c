#include "helper/handle.h"

#include "helper/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

union kernel_handle {
  struct file_handle head;
  unsigned char bytes[sizeof (struct file_handle) + sizeof ((struct tpl_handle *)0)->bytes];
};

int
tpl_handle_get (const struct tpl_node *node, struct tpl_handle *handle)
{
  union kernel_handle kernel = {.head.handle_bytes = sizeof handle->bytes};
  int mount_id;
  int failed = node->fd >= 0
                   ? name_to_handle_at (node->fd, "", &kernel.head, &mount_id, AT_EMPTY_PATH)
                   : name_to_handle_at (node->dir_fd, node->name, &kernel.head, &mount_id, 0);
  if (failed != 0)
    return tpl_fail (node->path, errno, "get a file handle");
  handle->type = kernel.head.handle_type;
  handle->length_bytes = kernel.head.handle_bytes;
  memcpy (handle->bytes, kernel.bytes + sizeof kernel.head, sizeof handle->bytes);
  return 0;
}

int
tpl_handle_open (const struct tpl_tree *tree, const struct tpl_handle *handle, int flags)
{
  union kernel_handle kernel = {.head.handle_bytes = handle->length_bytes,
                                .head.handle_type = handle->type};
  memcpy (kernel.bytes + sizeof kernel.head, handle->bytes, sizeof handle->bytes);
  return open_by_handle_at (tree->root_fd, &kernel.head, flags | O_CLOEXEC);
}
