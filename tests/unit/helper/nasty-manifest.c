/* Describes a tree, one line an inode, by other means than the compare command: readdir and chdir,
   lseek instead of FIEMAP, xattr calls on plain names. */
#include "nasty.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

struct group {
  ino_t ino;
  unsigned number;
};

static struct group *groups;
static unsigned group_count;

static uint64_t
hash (uint64_t value, const void *bytes, size_t length)
{
  const unsigned char *at = bytes;
  for (size_t i = 0; i < length; i++)
    value = (value ^ at[i]) * 0x100000001b3u;
  return value;
}

static void
print_name (const char *name)
{
  for (; *name != '\0'; name++)
    if (*name > ' ' && *name < 127 && *name != '%')
      putchar (*name);
    else
      printf ("%%%02x", (unsigned char)*name);
}

/* The same number for all names of one inode, in the order in which they are met. */
static unsigned
group_of (ino_t ino)
{
  for (unsigned i = 0; i < group_count; i++)
    if (groups[i].ino == ino)
      return groups[i].number;
  groups = realloc (groups, (group_count + 1) * sizeof *groups);
  if (groups == NULL)
    nasty_die ("remember", "hard links");
  groups[group_count] = (struct group){ino, group_count + 1};
  return ++group_count;
}

static int
by_name (const void *left, const void *right)
{
  return strcmp (*(const char *const *)left, *(const char *const *)right);
}

static void
print_xattrs (const char *name)
{
  static char names[65536], value[65536];
  const char *sorted[2048];
  size_t count = 0;

  ssize_t length = llistxattr (name, names, sizeof names);
  if (length < 0)
    nasty_die ("list the attributes of", name);
  for (ssize_t at = 0; at < length; at += (ssize_t)strlen (names + at) + 1)
    sorted[count++] = names + at;
  if (count > 1)
    qsort (sorted, count, sizeof sorted[0], by_name);
  for (size_t i = 0; i < count; i++) {
    ssize_t got = lgetxattr (name, sorted[i], value, sizeof value);
    if (got < 0)
      nasty_die (sorted[i], name);
    printf (" x:");
    print_name (sorted[i]);
    printf ("=%zd:%016" PRIx64, got, hash (0xcbf29ce484222325u, value, (size_t)got));
  }
}

static void
print_content (const char *name, int fd, off_t size)
{
  static char buffer[65536];
  uint64_t content = 0xcbf29ce484222325u;
  off_t at = 0, told = -1;

  printf (" map");
  while (at < size) {
    off_t data = lseek (fd, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO)
      break;
    at = data < 0 ? -1 : lseek (fd, data, SEEK_HOLE);
    if (at < 0)
      nasty_die ("find the data of", name);
    /* One range of data may be told in several parts. */
    if (data != told)
      printf (":%jd-", (intmax_t)data);
    told = at;
    bool goes_on = lseek (fd, at, SEEK_DATA) == at && at < size;
    if (!goes_on)
      printf ("%jd", (intmax_t)at);
    for (off_t place = data; place < at;) {
      size_t wanted = at - place < (off_t)sizeof buffer ? (size_t)(at - place) : sizeof buffer;
      ssize_t got = pread (fd, buffer, wanted, place);
      if (got <= 0)
        nasty_die ("read", name);
      content = hash (content, buffer, (size_t)got);
      place += got;
    }
  }
  printf (" content %016" PRIx64, content);
}

static void
print_opened (const char *name, const struct stat *status)
{
  struct fsxattr attr;
  int fd = open (name, O_RDONLY | O_NOATIME | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    nasty_die ("open", name);
  if (ioctl (fd, FS_IOC_FSGETXATTR, &attr) == 0)
    printf (" flags %08x project %u extsize %u cowextsize %u", attr.fsx_xflags & 0x7fffffff,
            attr.fsx_projid, attr.fsx_extsize, attr.fsx_cowextsize);
  if (S_ISREG (status->st_mode))
    print_content (name, fd, status->st_size);
  close (fd);
}

static void
print_entry (const char *name, const char *shown)
{
  char text[4096];
  struct stat status;

  if (lstat (name, &status) != 0)
    nasty_die ("look at", name);
  print_name (shown);
  printf (" %06o %u:%u rdev %jx", status.st_mode, status.st_uid, status.st_gid,
          (uintmax_t)status.st_rdev);
  printf (" m %jd.%09ld a %jd.%09ld", (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
          (intmax_t)status.st_atim.tv_sec, status.st_atim.tv_nsec);
  if (!S_ISDIR (status.st_mode))
    printf (" size %jd", (intmax_t)status.st_size);
  if (!S_ISDIR (status.st_mode) && status.st_nlink > 1)
    printf (" links %ju group %u", (uintmax_t)status.st_nlink, group_of (status.st_ino));
  if (S_ISLNK (status.st_mode)) {
    ssize_t length = readlink (name, text, sizeof text - 1);
    if (length < 0)
      nasty_die ("read the link", name);
    text[length] = '\0';
    printf (" -> ");
    print_name (text);
  }
  if (S_ISREG (status.st_mode) || S_ISDIR (status.st_mode))
    print_opened (name, &status);
  print_xattrs (name);
  putchar ('\n');
}

/* Entries of the current directory, sorted; a NULL at the end. */
static char **
list_directory (void)
{
  char **names = NULL;
  size_t count = 0;
  int fd = open (".", O_RDONLY | O_DIRECTORY | O_NOATIME | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir (fd);
  if (directory == NULL)
    nasty_die ("open", "a directory");
  const struct dirent *entry;
  while ((entry = readdir (directory)) != NULL) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    names = realloc (names, (count + 2) * sizeof *names);
    if (names == NULL || (names[count++] = strdup (entry->d_name)) == NULL)
      nasty_die ("remember", entry->d_name);
  }
  closedir (directory);
  if (names == NULL)
    return calloc (1, sizeof *names);
  names[count] = NULL;
  qsort (names, count, sizeof *names, by_name);
  return names;
}

static void
describe (unsigned depth)
{
  char **names = list_directory ();
  for (char **name = names; *name != NULL; name++) {
    struct stat status;
    printf ("%u ", depth);
    print_entry (*name, *name);
    if (lstat (*name, &status) == 0 && S_ISDIR (status.st_mode)) {
      if (chdir (*name) != 0)
        nasty_die ("chdir", *name);
      describe (depth + 1);
      if (chdir ("..") != 0)
        nasty_die ("chdir", "..");
    }
    free (*name);
  }
  free (names);
}

void
nasty_manifest (void)
{
  printf ("0 ");
  print_entry (".", "/");
  describe (1);
  free (groups);
}
