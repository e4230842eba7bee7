/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `apply`: changes a guest's files as an archive says. Its members are write!PATH    gives the file
 * that content, in place: inode, owner, mode, labels and times stay remove!PATH   removes the file
 * (a link's target stays); it is fine if it is not there append!PATH   adds the content, a newc
 * archive, to the initramfs image folder!PATH   makes a folder, if it is not there copy!PATH
 * makes a file, a copy of the one whose path is the content Every change is told on standard output
 * as "KIND<tab>PATH", the path escaped and free of links; of what was made, KIND is "created". */
#include "helper/guest-apply.h"

#include "helper/command.h"
#include "helper/escape.h"
#include "helper/guest-create.h"
#include "helper/guest-tree.h"
#include "helper/initrd.h"
#include "helper/newc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* chattr's flags that forbid a change. The copy has them already: they are lifted and put back. */
struct flags {
  int fd;
  int lifted; /* all flags as they were; 0: nothing was lifted */
};

static void
lift_flags (struct flags *flags, int fd)
{
  int value = 0;
  *flags = (struct flags){.fd = fd};
  if (ioctl (fd, FS_IOC_GETFLAGS, &value) < 0 || (value & (FS_IMMUTABLE_FL | FS_APPEND_FL)) == 0)
    return;
  int open_value = value & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
  if (ioctl (fd, FS_IOC_SETFLAGS, &open_value) == 0)
    flags->lifted = value;
}

static int
put_flags_back (const struct flags *flags)
{
  return flags->lifted == 0 || ioctl (flags->fd, FS_IOC_SETFLAGS, &flags->lifted) == 0 ? 0 : errno;
}

static int
write_at (int fd, off_t offset, const char *content, size_t size)
{
  for (size_t done = 0; done < size;) {
    ssize_t n = pwrite (fd, content + done, size - done, offset + (off_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno;
    done += (size_t)n;
  }
  return 0;
}

/* Writes CONTENT at OFFSET, where the file then ends, and makes it last. */
static int
write_content (int fd, const struct stat *before, off_t offset, const char *content, size_t size)
{
  const struct timespec times[2] = {before->st_atim, before->st_mtim};
  int errnum = write_at (fd, offset, content, size);
  if (errnum == 0 && ftruncate (fd, offset + (off_t)size) < 0)
    errnum = errno;
  if (errnum == 0 && (futimens (fd, times) < 0 || fsync (fd) < 0))
    errnum = errno;
  return errnum;
}

/* Opens for writing and writes; a flag that forbids it is lifted through READ_FD meanwhile. */
static int
change_file (const struct tpl_guest_path *found, int read_fd, off_t offset, const char *content,
             size_t size)
{
  struct flags flags;
  lift_flags (&flags, read_fd);
  int fd = tpl_guest_open_file (found, O_WRONLY);
  int errnum = fd < 0 ? errno : write_content (fd, &found->status, offset, content, size);
  if (fd >= 0 && close (fd) < 0 && errnum == 0)
    errnum = errno;
  int back = put_flags_back (&flags);
  return errnum != 0 ? errnum : back;
}

int
tpl_guest_rewrite (const struct tpl_guest_path *found, const char *content, size_t size)
{
  int read_fd = tpl_guest_open_file (found, O_RDONLY);
  if (read_fd < 0)
    return errno;
  int errnum = change_file (found, read_fd, 0, content, size);
  close (read_fd);
  return errnum;
}

static int
apply_write (const struct tpl_guest_path *found, const char *content, size_t size)
{
  int errnum = tpl_guest_rewrite (found, content, size);
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (found->real_path, errnum, "cannot write it");
}

static int
apply_append (const struct tpl_guest_path *found, const char *content, size_t size)
{
  int read_fd = tpl_guest_open_file (found, O_RDONLY);
  if (read_fd < 0)
    return tpl_fail (found->real_path, errno, "cannot open it");
  struct tpl_initrd_trouble trouble = {""};
  size_t addition_bytes = 0;
  off_t end = found->status.st_size;
  char *addition =
      tpl_initrd_addition (read_fd, (uint64_t)end, content, size, &addition_bytes, &trouble);
  int status = TPL_EXIT_OK;
  int errnum = 0;
  if (addition == NULL)
    status = tpl_fail (found->real_path, 0, "cannot append to the image: %s", trouble.text);
  else
    errnum = change_file (found, read_fd, end, addition, addition_bytes);
  if (errnum != 0)
    status = tpl_fail (found->real_path, errnum, "cannot append to it");
  free (addition);
  close (read_fd);
  return status;
}

static int
remove_name (const struct tpl_guest_path *found, int directory_fd)
{
  struct stat directory;
  struct flags of_directory;
  struct flags of_file;
  int file_fd = tpl_guest_open_file (found, O_RDONLY);
  if (fstat (directory_fd, &directory) < 0)
    return errno;
  lift_flags (&of_directory, directory_fd);
  if (file_fd >= 0)
    lift_flags (&of_file, file_fd);
  int errnum = unlinkat (directory_fd, found->name, 0) < 0 ? errno : 0;
  /* Other names of the file, if it has any, keep its flags. */
  if (file_fd >= 0) {
    put_flags_back (&of_file);
    close (file_fd);
  }
  const struct timespec times[2] = {directory.st_atim, directory.st_mtim};
  if (errnum == 0 && (futimens (directory_fd, times) < 0 || fsync (directory_fd) < 0))
    errnum = errno;
  int back = put_flags_back (&of_directory);
  return errnum != 0 ? errnum : back;
}

static int
apply_remove (const struct tpl_guest_path *found, const char *content, size_t size)
{
  (void)content;
  (void)size;
  int directory_fd = openat (found->parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_fd < 0)
    return tpl_fail (found->real_path, errno, "cannot open its directory");
  int errnum = remove_name (found, directory_fd);
  close (directory_fd);
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (found->real_path, errnum, "cannot remove it");
}

static const struct action {
  const char *name;
  int (*apply) (const struct tpl_guest_path *found, const char *content, size_t size);
  bool follows; /* a link at the path's end */
  bool may_be_absent;
} actions[] = {
    {"write", apply_write, true, false},
    {"append", apply_append, true, false},
    {"remove", apply_remove, false, true},
};

static const struct action *
find_action (const char *name, size_t length)
{
  for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
    if (strlen (actions[i].name) == length && memcmp (actions[i].name, name, length) == 0)
      return &actions[i];
  return NULL;
}

static int
create (int root_fd, const char *path, bool is_copy, const struct tpl_newc_member *member)
{
  if (*path != '/')
    return tpl_fail (path, EINVAL, "cannot create it");
  if (!is_copy)
    return tpl_guest_make_folder (root_fd, path);
  char *from = strndup (member->content, member->header.size_bytes);
  int status = from != NULL ? tpl_guest_copy_file (root_fd, from, path)
                            : tpl_fail (path, ENOMEM, "cannot create it");
  free (from);
  return status;
}

static int
apply_member (int root_fd, const struct tpl_newc_member *member)
{
  size_t length = strcspn (member->name, "!");
  bool is_copy = strncmp (member->name, "copy!", strlen ("copy!")) == 0;
  if (is_copy || strncmp (member->name, "folder!", strlen ("folder!")) == 0)
    return create (root_fd, member->name + length + 1, is_copy, member);
  const struct action *action = find_action (member->name, length);
  if (action == NULL || member->name[length] == '\0')
    return tpl_fail (NULL, 0, "the archive has a member of unknown kind: %s", member->name);

  const char *path = member->name + length + 1;
  struct tpl_guest_path found;
  int errnum = tpl_guest_resolve (root_fd, path, action->follows, &found);
  if (errnum == ENOENT && action->may_be_absent)
    return TPL_EXIT_OK;
  if (errnum != 0)
    return tpl_fail (path, errnum, "cannot find it in the guest");
  int status = action->apply (&found, member->content, member->header.size_bytes);
  if (status == TPL_EXIT_OK) {
    printf ("%s\t", action->name);
    tpl_escape_write (stdout, found.real_path, strlen (found.real_path));
    putchar ('\n');
  }
  tpl_guest_path_clear (&found);
  return status;
}

static int
apply_archive (int root_fd, const char *archive_path, const char *archive, size_t size)
{
  struct tpl_newc_reader reader = {archive, size, 0};
  struct tpl_newc_member member;
  enum tpl_newc_step step;
  int status = TPL_EXIT_OK;
  while (status == TPL_EXIT_OK && (step = tpl_newc_next (&reader, &member)) != TPL_NEWC_END)
    status = step == TPL_NEWC_MEMBER
                 ? apply_member (root_fd, &member)
                 : tpl_fail (archive_path, 0, "the archive is malformed at byte %zu", reader.at);
  return status;
}

/* Reads the archive, a file of the appliance. */
static int
read_archive (const char *path, char **archive, size_t *size)
{
  enum { MAX_ARCHIVE_BYTES = 256 << 20 };
  struct tpl_guest_path file = {.parent_fd = AT_FDCWD, .name = (char *)path};
  int errnum = stat (path, &file.status) < 0
                   ? errno
                   : tpl_guest_read_file (&file, MAX_ARCHIVE_BYTES, archive, size);
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (path, errnum, "cannot read the archive");
}

static int
run_apply (int argc, char **argv)
{
  if (argc != 3)
    return tpl_usage_error ("two arguments are needed");
  char *archive = NULL;
  size_t size = 0;
  int status = read_archive (argv[2], &archive, &size);
  if (status != TPL_EXIT_OK)
    return status;
  int root_fd = tpl_guest_open_root (argv[1]);
  if (root_fd < 0) {
    status = tpl_fail (argv[1], errno, "cannot open the guest's root");
  } else {
    status = apply_archive (root_fd, argv[2], archive, size);
    close (root_fd);
  }
  free (archive);
  return status;
}

const struct tpl_command tpl_command_apply = {
    .name = "apply",
    .usage = "ROOT ARCHIVE",
    .run = run_apply,
};
