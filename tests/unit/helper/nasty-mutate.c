/* Damages that a copy could do, one at a time. `compare` has to name each of them. */
#include "nasty.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

static void
must (int result, const char *what, const char *path)
{
  if (result != 0)
    nasty_die (what, path);
}

static void
shift_time (const char *path, int which)
{
  struct stat status;
  must (lstat (path, &status), "look at", path);
  struct timespec times[2] = {status.st_atim, status.st_mtim};
  times[which].tv_nsec ^= 1;
  must (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), "set the times of", path);
}

static void
shift_mtime (const char *path)
{
  shift_time (path, 1);
}

static void
shift_atime (const char *path)
{
  shift_time (path, 0);
}

static void
change_xattr (const char *path)
{
  nasty_set_xattr (path, "user.plain", "valuE", 5);
}

static void
add_xattr (const char *path)
{
  nasty_set_xattr (path, "user.extra", "", 0);
}

static void
change_null_xattr (const char *path)
{
  nasty_set_xattr (path, "trusted.null", "n", 1);
}

static void
lose_link_xattr (const char *path)
{
  must (lremovexattr (path, "trusted.link"), "remove an attribute of", path);
}

static void
lose_capability (const char *path)
{
  must (lremovexattr (path, "security.capability"), "remove the capability of", path);
}

static void
change_acl (const char *path)
{
  nasty_set_acl (path, "system.posix_acl_access", 1235, 6);
}

static void
lose_default_acl (const char *path)
{
  must (lremovexattr (path, "system.posix_acl_default"), "remove the ACL of", path);
}

static void
change_project (const char *path)
{
  nasty_set_attr (path, 0, 43, 0, 0);
}

/* The new link has the project that the directory hands down now: none. */
static void
lose_link_project (const char *path)
{
  nasty_set_attr ("project", 0, 42, 0, 0);
  must (unlink (path), "remove", path);
  must (symlink ("x", path), "make", path);
  nasty_set_attr ("project", FS_XFLAG_PROJINHERIT, 42, 0, 0);
}

static void
change_extsize (const char *path)
{
  nasty_set_attr (path, FS_XFLAG_EXTSZINHERIT, 0, 131072, 0);
}

static void
change_cowextsize (const char *path)
{
  nasty_set_attr (path, FS_XFLAG_COWEXTSIZE, 0, 0, 65536);
}

static void
lose_flags (const char *path)
{
  nasty_set_attr (path, 0, 0, 0, 0);
}

static void
write_at (const char *path, const void *bytes, size_t length, off_t offset)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || pwrite (fd, bytes, length, offset) != (ssize_t)length)
    nasty_die ("write", path);
  close (fd);
}

static void
fill_hole (const char *path)
{
  static const char zeros[1 << 20];
  write_at (path, zeros, sizeof zeros, 524288);
}

static void
write_far_away (const char *path)
{
  write_at (path, "x", 1, (off_t)1 << 39);
}

static void
flip_byte (const char *path, off_t offset)
{
  char byte;
  int fd = open (path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || pread (fd, &byte, 1, offset) != 1)
    nasty_die ("read", path);
  byte ^= 0x40;
  if (pwrite (fd, &byte, 1, offset) != 1)
    nasty_die ("write", path);
  close (fd);
}

static void
flip_first_byte (const char *path)
{
  flip_byte (path, 0);
}

static void
flip_last_byte (const char *path)
{
  struct stat status;
  must (lstat (path, &status), "look at", path);
  flip_byte (path, status.st_size - 1);
}

static void
flip_deep_byte (const char *path)
{
  struct stat status;
  (void)path;
  nasty_enter_deep ();
  must (lstat ("file", &status), "look at", "file");
  flip_byte ("file", 150000);
  const struct timespec times[2] = {status.st_atim, status.st_mtim};
  must (utimensat (AT_FDCWD, "file", times, 0), "set the times of", "file");
}

static void
punch (const char *path, off_t offset, off_t length)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    nasty_die ("open", path);
  must (fallocate (fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length), "punch", path);
  close (fd);
}

static void
lose_data (const char *path)
{
  punch (path, 163840, 4096);
}

static void
lose_room (const char *path)
{
  punch (path, 524288, 131072);
}

static void
lose_room_beyond_end (const char *path)
{
  punch (path, 1 << 20, 1 << 20);
}

/* Puts a copy of its own in the place of a name. */
static void
break_hard_link (const char *path)
{
  struct stat status;
  char *bytes = NULL;

  must (lstat (path, &status), "look at", path);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  bytes = malloc ((size_t)status.st_size);
  if (fd < 0 || bytes == NULL || read (fd, bytes, (size_t)status.st_size) != status.st_size)
    nasty_die ("read", path);
  close (fd);
  must (unlink (path), "remove", path);
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 07777);
  if (fd < 0 || write (fd, bytes, (size_t)status.st_size) != status.st_size)
    nasty_die ("write", path);
  close (fd);
  free (bytes);
}

static void
break_linked_symlink (const char *path)
{
  must (unlink (path), "remove", path);
  must (symlink ("/etc/passwd", path), "make", path);
}

static void
make_extra (const char *path)
{
  nasty_write (path, 0, 1, 1);
}

static void
remove_file (const char *path)
{
  must (unlink (path), "remove", path);
}

static void
remove_directory (const char *path)
{
  must (rmdir (path), "remove", path);
}

static void
change_owner (const char *path)
{
  must (lchown (path, UINT32_MAX - 2, UINT32_MAX - 1), "chown", path);
}

static void
change_group (const char *path)
{
  must (lchown (path, 12345, 54320), "chown", path);
}

static void
change_mode (const char *path)
{
  must (chmod (path, 0644), "chmod", path);
}

static void
lose_setuid (const char *path)
{
  must (chmod (path, 0711), "chmod", path);
}

static void
change_device (const char *path)
{
  must (unlink (path), "remove", path);
  must (mknod (path, S_IFCHR | 0666, makedev (1, 3)), "make", path);
}

static void
change_symlink (const char *path)
{
  must (unlink (path), "remove", path);
  must (symlink ("../sizeS", path), "make", path);
}

static void
shorten (const char *path)
{
  must (truncate (path, 510), "truncate", path);
}

static void
change_type (const char *path)
{
  must (unlink (path), "remove", path);
  must (mkfifo (path, 0644), "make", path);
}

/* The same bytes, but in blocks of its own. */
static void
unshare (const char *path)
{
  static char bytes[65536];
  int fd = open (path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || pread (fd, bytes, sizeof bytes, 131072) != (ssize_t)sizeof bytes ||
      pwrite (fd, bytes, sizeof bytes, 131072) != (ssize_t)sizeof bytes || fsync (fd) != 0)
    nasty_die ("rewrite", path);
  close (fd);
}

static const struct mutation {
  const char *name;
  const char *path;
  const char *what; /* the word that compare has for it */
  void (*run) (const char *path);
  bool is_of_times; /* else the times are put back: the damage alone must be seen */
  bool needs_reflink;
  const char *shown; /* the path as compare prints it, where that differs */
} mutations[] = {
    {"mtime", "sizes/4096", "mtime", shift_mtime, true},
    {"atime", "sizes/4096", "atime", shift_atime, true},
    {"mtime-of-symlink", "links/longest", "mtime", shift_mtime, true},
    {"atime-of-fifo", "links/fifo", "atime", shift_atime, true},
    {"mtime-of-directory", "names", "mtime", shift_mtime, true},
    {"mtime-of-root", ".", "mtime", shift_mtime, true, false, "/"},
    {"xattr-byte", "xattrs/file", "xattr", change_xattr},
    {"xattr-extra", "sizes/1", "xattr", add_xattr},
    {"xattr-of-symlink", "xattrs/link", "xattr", lose_link_xattr},
    {"xattr-of-device", "xattrs/null", "xattr", change_null_xattr},
    {"acl-entry", "acls/file", "xattr", change_acl},
    {"acl-default", "acls/default", "xattr", lose_default_acl},
    {"capability", "xattrs/capable", "xattr", lose_capability},
    {"project", "project/inherits", "project", change_project},
    {"project-of-symlink", "project/link", "project", lose_link_project},
    {"extsize", "flags/extent-size-inherited", "extsize", change_extsize},
    {"cowextsize", "flags/cow-extent-size", "extsize", change_cowextsize, false, true},
    {"flag-nodump", "flags/nodump", "flags", lose_flags},
    {"flag-immutable", "flags/immutable", "flags", lose_flags},
    {"flag-of-directory", "flags/nosymlinks", "flags", lose_flags},
    {"hole-filled", "sparse/hole-middle", "holes", fill_hole},
    {"hole-written", "sparse/only-hole", "content", write_far_away},
    {"data-lost", "sparse/comb", "content", lose_data},
    {"preallocation", "preallocated/inside", "preallocation", lose_room},
    {"preallocation-beyond-end", "preallocated/beyond-end", "preallocation", lose_room_beyond_end},
    {"hardlink", "links/third", "hardlink", break_hard_link},
    {"hardlink-of-symlink", "links/other/absolute", "hardlink", break_linked_symlink},
    {"extra", "names/extra", "extra", make_extra},
    {"missing", "sizes/512", "missing", remove_file},
    {"missing-directory", "names/directory\n\xc3", "missing", remove_directory, false, false,
     "/names/directory\\012\\303"},
    {"byte-in-deep-path", "deep", "content", flip_deep_byte},
    {"byte-first", "sizes/1", "content", flip_first_byte},
    {"byte-last", "sizes/131073", "content", flip_last_byte},
    {"byte-of-megabytes", "sizes/3145735", "content", flip_last_byte},
    {"owner", "owners/highest", "owner", change_owner},
    {"group-of-symlink", "owners/link", "owner", change_group},
    {"mode", "owners/sticky", "mode", change_mode},
    {"setuid", "owners/root-setuid", "mode", lose_setuid},
    {"mode-of-root", ".", "mode", change_mode, false, false, "/"},
    {"rdev", "links/zero", "rdev", change_device},
    {"symlink", "links/to-directory", "symlink", change_symlink},
    {"size", "sizes/511", "size", shorten},
    {"type", "sizes/4095", "type", change_type},
    {"sharing", "shared/whole", "sharing", unshare, false, true},
};

static void
print_deep_path (void)
{
  printf ("/deep");
  for (int i = 0; i < nasty_deep_levels; i++) {
    putchar ('/');
    for (int j = 0; j < 255; j++)
      putchar ('d');
  }
  printf ("/file");
}

static void
list (const struct nasty_options *options)
{
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    const struct mutation *mutation = &mutations[i];
    if (mutation->needs_reflink && !options->has_reflink)
      continue;
    printf ("%s\t", mutation->name);
    if (strcmp (mutation->path, "deep") == 0)
      print_deep_path ();
    else if (mutation->shown != NULL)
      printf ("%s", mutation->shown);
    else
      printf ("/%s", mutation->path);
    printf ("\t%s\n", mutation->what);
  }
}

static void
put_times_back (const char *path, const struct stat *before)
{
  const struct timespec times[2] = {before->st_atim, before->st_mtim};
  if (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
    nasty_die ("set the times of", path);
}

static void
run (const struct mutation *mutation)
{
  struct stat before = {0}, parent_before;
  char *copy = strdup (mutation->path);
  const char *parent = copy == NULL ? NULL : dirname (copy);
  int root = open (".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (parent == NULL || root < 0)
    nasty_die ("start", mutation->name);
  bool was_there = lstat (mutation->path, &before) == 0;
  must (lstat (parent, &parent_before), "look at", parent);
  mutation->run (mutation->path);
  must (fchdir (root), "go back to", "the root");
  if (!mutation->is_of_times && was_there)
    put_times_back (mutation->path, &before);
  if (strcmp (parent, mutation->path) != 0)
    put_times_back (parent, &parent_before);
  close (root);
  free (copy);
}

void
nasty_mutate (const char *name, const struct nasty_options *options)
{
  if (name == NULL) {
    list (options);
    return;
  }
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    if (strcmp (mutations[i].name, name) != 0)
      continue;
    run (&mutations[i]);
    return;
  }
  errno = ENOENT;
  nasty_die ("find the mutation", name);
}
