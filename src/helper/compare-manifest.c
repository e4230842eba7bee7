/* The manifest of a comparison: what each file is, a line of JSON each, in no order.
 *
 * {"path":"/etc/fstab","side":"both","type":"file","mode":"0644","uid":0,...,"content":"1f3a..."}
 *
 * A name that is in both trees and the same has one line, of side "both"; else each tree has one of
 * its own, "source" or "target". What has several names has a line for each of them, with the
 * number of the target's inode, and one for the inode, with all the rest:
 *
 * {"path":"/bin/a","side":"both","type":"file","inode":"131"}
 * {"inode":"131","side":"both","type":"file",...,"content":"1f3a...","name":"/bin/a"}
 *
 * Names and links are escaped as by tpl_escape, within JSON's own escapes. */
#include "helper/command.h"
#include "helper/compare.h"
#include "helper/digest.h"
#include "helper/escape.h"
#include "helper/xattr.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
print_text (FILE *stream, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte >= 0x20 && byte < 0x7f && byte != '\\' && byte != '"')
      putc_unlocked (byte, stream);
    else
      fprintf (stream, "\\\\%03o", byte);
  }
}

/* Names and values of all extended attributes, each with its length before it. */
static int
digest_xattrs (const struct tpl_node *node, const struct tpl_inode *inode,
               char hex[TPL_DIGEST_HEX])
{
  static struct tpl_xattr_names names;
  static char value[TPL_XATTR_BYTES];
  struct sha256_ctx context;
  uint8_t sum[SHA256_DIGEST_SIZE];
  size_t length;

  hex[0] = '\0';
  if (!tpl_inode_may_have_xattrs (node->tree, inode))
    return 0;
  int status = tpl_xattr_list (node, &names);
  if (status != 0 || names.count == 0)
    return status;
  sha256_init (&context);
  for (size_t i = 0; i < names.count; i++) {
    status = tpl_xattr_get (node, names.sorted[i], value, &length);
    if (status != 0)
      return status;
    char header[32];
    int header_bytes = snprintf (header, sizeof header, "%zu %zu ", strlen (names.sorted[i]), length);
    sha256_update (&context, (size_t)header_bytes, (const uint8_t *)header);
    sha256_update (&context, strlen (names.sorted[i]), (const uint8_t *)names.sorted[i]);
    sha256_update (&context, length, (const uint8_t *)value);
  }
  sha256_digest (&context, sizeof sum, sum);
  tpl_digest_print (sum, hex);
  return 0;
}

static const char *
type_name (mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFREG: return "file";
  case S_IFDIR: return "directory";
  case S_IFLNK: return "link";
  case S_IFIFO: return "fifo";
  case S_IFSOCK: return "socket";
  case S_IFCHR: return "character device";
  default: return "block device";
  }
}

static int
print_link (FILE *stream, const struct tpl_node *node)
{
  char text[PATH_MAX];
  ssize_t length = readlinkat (node->dir_fd, node->name, text, sizeof text);
  if (length < 0)
    return tpl_fail (node->path, errno, "read the symbolic link");
  fputs (",\"link\":\"", stream);
  print_text (stream, text, (size_t)length);
  putc ('"', stream);
  return 0;
}

/* What inode flags say beyond what follows from the rest. */
static void
print_flags (FILE *stream, const struct tpl_inode *inode)
{
  uint32_t xflags = inode->attr.fsx_xflags & ~(uint32_t)TPL_DERIVED_XFLAGS;
  uint32_t flags = inode->flags & (TPL_EXTRA_FLAGS | TPL_IMPOSSIBLE_FLAGS);
  if (xflags != 0)
    fprintf (stream, ",\"xflags\":\"0x%08x\"", xflags);
  if (xflags & (FS_XFLAG_EXTSIZE | FS_XFLAG_EXTSZINHERIT))
    fprintf (stream, ",\"extent_size\":%u", inode->attr.fsx_extsize);
  if (xflags & FS_XFLAG_COWEXTSIZE)
    fprintf (stream, ",\"cow_extent_size\":%u", inode->attr.fsx_cowextsize);
  if (flags != 0)
    fprintf (stream, ",\"flags\":\"0x%08x\"", flags);
  if (inode->attr.fsx_projid != 0)
    fprintf (stream, ",\"project\":%u", inode->attr.fsx_projid);
  if (inode->fat_attributes != 0)
    fprintf (stream, ",\"fat_attributes\":\"0x%02x\"", inode->fat_attributes);
}

/* The members of one tree's line, from the type on. CONTENT may be empty: it was not looked at. */
static int
print_state (FILE *stream, const struct tpl_node *node, const struct tpl_inode *inode,
             const char *content)
{
  const struct statx *stat = &inode->stat;
  char xattrs[TPL_DIGEST_HEX];

  int status = digest_xattrs (node, inode, xattrs);
  if (status != 0)
    return status;
  fprintf (stream,
           "\"type\":\"%s\",\"mode\":\"%04o\",\"uid\":%u,\"gid\":%u,\"mtime\":\"%lld.%09u\"",
           type_name (stat->stx_mode), stat->stx_mode & 07777, stat->stx_uid, stat->stx_gid,
           (long long)stat->stx_mtime.tv_sec, stat->stx_mtime.tv_nsec);
  if (S_ISCHR (stat->stx_mode) || S_ISBLK (stat->stx_mode))
    fprintf (stream, ",\"rdev\":\"%u:%u\"", stat->stx_rdev_major, stat->stx_rdev_minor);
  if (!S_ISDIR (stat->stx_mode) && stat->stx_nlink > 1)
    fprintf (stream, ",\"names\":%u", stat->stx_nlink);
  print_flags (stream, inode);
  if (xattrs[0] != '\0')
    fprintf (stream, ",\"xattrs\":\"%s\"", xattrs);
  if (S_ISLNK (stat->stx_mode))
    return print_link (stream, node);
  if (S_ISREG (stat->stx_mode))
    fprintf (stream, ",\"size\":%llu", (unsigned long long)stat->stx_size);
  if (content[0] != '\0')
    fprintf (stream, ",\"content\":\"%s\"", content);
  return 0;
}

/* As text of its own, the caller's. */
static int
state_text (const struct tpl_node *node, const struct tpl_inode *inode, const char *content,
            char **text)
{
  size_t length;
  FILE *stream = open_memstream (text, &length);
  if (stream == NULL)
    return tpl_fail (node->path, errno, "describe the file");
  int status = print_state (stream, node, inode, content);
  if (fclose (stream) != 0 && status == 0)
    status = tpl_fail (node->path, errno, "describe the file");
  return status;
}

static void
print_name_key (FILE *stream, const char *path)
{
  fputs ("{\"path\":\"", stream);
  print_text (stream, path, strlen (path));
  putc ('"', stream);
}

/* INO is 0 for what has one name. */
static void
print_line (FILE *stream, const char *path, uint64_t ino, const char *side, const char *state)
{
  if (ino == 0)
    print_name_key (stream, path);
  else
    fprintf (stream, "{\"inode\":\"%" PRIu64 "\"", ino);
  fprintf (stream, ",\"side\":\"%s\",%s", side, state);
  if (ino != 0) {
    fputs (",\"name\":\"", stream);
    print_text (stream, path, strlen (path));
    putc ('"', stream);
  }
  fputs ("}\n", stream);
}

void
tpl_manifest_name (const struct tpl_compare *compare, const char *path, mode_t mode,
                   uint64_t target_ino)
{
  if (compare->manifest == NULL)
    return;
  print_name_key (compare->manifest, path);
  fprintf (compare->manifest, ",\"side\":\"both\",\"type\":\"%s\",\"inode\":\"%" PRIu64 "\"}\n",
           type_name (mode), target_ino);
}

int
tpl_manifest_pair (const struct tpl_compare *compare, const struct tpl_pair *pair,
                   const char *const content[TPL_SIDES])
{
  char *state[TPL_SIDES] = {NULL};
  const char *path = pair->node[TPL_SOURCE].path;
  const struct statx *target = &pair->inode[TPL_TARGET].stat;
  int status = 0;

  if (compare->manifest == NULL)
    return 0;
  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = state_text (&pair->node[side], &pair->inode[side], content[side], &state[side]);
  uint64_t ino = 0;
  if (status == 0 && !S_ISDIR (target->stx_mode) && target->stx_nlink > 1) {
    ino = target->stx_ino;
    tpl_manifest_name (compare, path, target->stx_mode, ino);
  }
  if (status == 0 && strcmp (state[TPL_SOURCE], state[TPL_TARGET]) == 0)
    print_line (compare->manifest, path, ino, "both", state[TPL_TARGET]);
  else
    for (int side = 0; side < TPL_SIDES && status == 0; side++)
      print_line (compare->manifest, path, ino, tpl_side_name (side), state[side]);
  for (int side = 0; side < TPL_SIDES; side++)
    free (state[side]);
  return status;
}

int
tpl_manifest_digest (const struct tpl_compare *compare, const struct tpl_node *node,
                     const struct tpl_inode *inode, char hex[TPL_DIGEST_HEX])
{
  hex[0] = '\0';
  if (compare->manifest == NULL || compare->without_content || !S_ISREG (inode->stat.stx_mode))
    return 0;
  int errnum = tpl_digest_fd (node->fd, inode->stat.stx_size, hex);
  if (errnum == ENODATA)
    return tpl_fail (node->path, 0, "became shorter while it was read");
  return errnum == 0 ? 0 : tpl_fail (node->path, errnum, "read the file");
}

/* What is below a directory that the boot fix-ups made: few names, none of them the guest's. */
static int
print_below (const struct tpl_compare *compare, const char *path, int fd, int side)
{
  struct tpl_dir_list list = {0};
  int errnum = tpl_dir_read (fd, &list);
  int status = errnum == 0 ? 0 : tpl_fail (path, errnum, "read the directory");

  for (size_t i = 0; i < list.count && status == 0; i++) {
    struct tpl_entry entry = list.entries[i];
    struct stat stat;
    char *child = NULL;
    if (fstatat (fd, entry.name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
      status = tpl_fail (path, errno, "look at %s", entry.name);
    else if (asprintf (&child, "%s/%s", path, entry.name) < 0)
      status = tpl_fail (path, ENOMEM, "describe what is in it");
    else {
      entry.type = (unsigned char)IFTODT (stat.st_mode);
      status = tpl_manifest_single (compare, child, fd, &entry, side);
      free (child);
    }
  }
  tpl_dir_free (&list);
  return status;
}

int
tpl_manifest_single (const struct tpl_compare *compare, const char *path, int dir_fd,
                     const struct tpl_entry *entry, int side)
{
  struct tpl_node node = {.tree = &compare->trees[side],
                          .dir_fd = dir_fd,
                          .name = entry->name,
                          .fd = -1,
                          .path = path};
  struct tpl_inode inode;
  char content[TPL_DIGEST_HEX], *state = NULL;

  if (compare->manifest == NULL)
    return 0;
  if (entry->type == DT_REG || entry->type == DT_DIR) {
    node.fd = openat (dir_fd, entry->name,
                      O_RDONLY | O_NOFOLLOW | O_NOATIME | O_NONBLOCK | O_CLOEXEC);
    if (node.fd < 0)
      return tpl_fail (path, errno, "open it in the %s", tpl_side_name (side));
  }
  int status = tpl_inode_read (&node, &inode);
  if (status == 0)
    status = tpl_manifest_digest (compare, &node, &inode, content);
  if (status == 0)
    status = state_text (&node, &inode, content, &state);
  if (status == 0)
    print_line (compare->manifest, path, 0, tpl_side_name (side), state);
  free (state);
  if (status == 0 && entry->type == DT_DIR && side == TPL_TARGET)
    status = print_below (compare, path, node.fd, side);
  if (node.fd >= 0)
    close (node.fd);
  return status;
}

int
tpl_manifest_open (struct tpl_compare *compare, const char *file)
{
  if (file == NULL)
    return 0;
  compare->manifest = fopen (file, "we");
  return compare->manifest != NULL ? 0 : tpl_fail (file, errno, "make the manifest");
}

int
tpl_manifest_close (struct tpl_compare *compare, const char *file)
{
  if (compare->manifest == NULL)
    return 0;
  bool failed = ferror (compare->manifest) != 0;
  failed |= fclose (compare->manifest) != 0;
  compare->manifest = NULL;
  return failed ? tpl_fail (file, errno, "write the manifest") : 0;
}
