#include "helper/xattr.h"

#include "helper/command.h"
#include "helper/room.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

/* There is no l*xattr call that takes a directory's descriptor (before Linux 6.13), and the path
   may be longer than PATH_MAX: the way leads through /proc. */
struct proc_path {
  char text[sizeof "/proc/self/fd/2147483647/" + 256];
};

static const char *
proc_path (struct proc_path *path, const struct tpl_node *node)
{
  snprintf (path->text, sizeof path->text, "/proc/self/fd/%d/%s", node->dir_fd, node->name);
  return path->text;
}

static int
by_name (const void *left, const void *right)
{
  return strcmp (*(const char *const *)left, *(const char *const *)right);
}

static bool
has_name (const struct tpl_xattr_names *names, const char *name)
{
  return bsearch (&name, names->sorted, names->count, sizeof names->sorted[0], by_name) != NULL;
}

static void
drop_name (struct tpl_xattr_names *names, const char *name)
{
  size_t kept = 0;
  for (size_t i = 0; i < names->count; i++)
    if (strcmp (names->sorted[i], name) != 0)
      names->sorted[kept++] = names->sorted[i];
  names->count = kept;
}

static void
drop_doubles (struct tpl_xattr_names *names)
{
  if (has_name (names, "system.posix_acl_access"))
    drop_name (names, "trusted.SGI_ACL_FILE");
  if (has_name (names, "system.posix_acl_default"))
    drop_name (names, "trusted.SGI_ACL_DEFAULT");
}

int
tpl_xattr_list (const struct tpl_node *node, struct tpl_xattr_names *names)
{
  struct proc_path path;
  ssize_t length = node->fd >= 0
                       ? flistxattr (node->fd, names->bytes, sizeof names->bytes)
                       : llistxattr (proc_path (&path, node), names->bytes, sizeof names->bytes);
  names->count = 0;
  if (length < 0 && errno == EOPNOTSUPP)
    return 0;
  if (length < 0)
    return tpl_fail (node->path, errno, "list the extended attributes");

  for (ssize_t at = 0; at < length; at += (ssize_t)strlen (names->bytes + at) + 1)
    names->sorted[names->count++] = names->bytes + at;
  if (names->count > 1)
    qsort (names->sorted, names->count, sizeof names->sorted[0], by_name);
  if (node->tree->is_xfs)
    drop_doubles (names);
  return 0;
}

int
tpl_xattr_get (const struct tpl_node *node, const char *name, char value[TPL_XATTR_BYTES],
               size_t *length)
{
  struct proc_path path;
  ssize_t got = node->fd >= 0 ? fgetxattr (node->fd, name, value, TPL_XATTR_BYTES)
                              : lgetxattr (proc_path (&path, node), name, value, TPL_XATTR_BYTES);
  if (got < 0)
    return tpl_fail (node->path, errno, "read the extended attribute %s", name);
  *length = (size_t)got;
  return 0;
}

static int
set (const struct tpl_node *node, const char *name, const char *value, size_t length)
{
  struct proc_path path;
  bool tried = false;
  int failed;
  do
    failed = node->fd >= 0 ? fsetxattr (node->fd, name, value, length, 0)
                           : lsetxattr (proc_path (&path, node), name, value, length, 0);
  while (failed != 0 && tpl_room_make (node->fd >= 0 ? node->fd : node->dir_fd, &tried));
  return failed == 0 ? 0
                     : tpl_fail (node->path, errno, "set the extended attribute %s", name);
}

int
tpl_xattr_copy (const struct tpl_node *from, const struct tpl_node *to, size_t *copied)
{
  static struct tpl_xattr_names names;
  static char value[TPL_XATTR_BYTES];
  size_t length;

  *copied = 0;
  int status = tpl_xattr_list (from, &names);
  for (size_t i = 0; i < names.count && status == 0; i++) {
    status = tpl_xattr_get (from, names.sorted[i], value, &length);
    if (status == 0)
      status = set (to, names.sorted[i], value, length);
  }
  *copied = names.count;
  return status;
}

static int
drop (const struct tpl_node *node, const char *name)
{
  struct proc_path path;
  int failed =
      node->fd >= 0 ? fremovexattr (node->fd, name) : lremovexattr (proc_path (&path, node), name);
  if (failed != 0)
    return tpl_fail (node->path, errno, "remove the extended attribute %s", name);
  return 0;
}

int
tpl_xattr_remove_others (const struct tpl_node *from, const struct tpl_node *to)
{
  static struct tpl_xattr_names wanted, present;

  int status = tpl_xattr_list (from, &wanted);
  if (status == 0)
    status = tpl_xattr_list (to, &present);
  for (size_t i = 0; i < present.count && status == 0; i++)
    if (!has_name (&wanted, present.sorted[i]))
      status = drop (to, present.sorted[i]);
  return status;
}
