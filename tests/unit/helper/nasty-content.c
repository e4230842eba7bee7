/* What is in files, how it lies on the disk, and what the names look like. */
#include "nasty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void
go (const char *directory)
{
  if (chdir (directory) != 0)
    nasty_die ("chdir", directory);
}

static void
grow (const char *name, off_t size)
{
  int fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || ftruncate (fd, size) != 0)
    nasty_die ("truncate", name);
  close (fd);
}

static void
allocate (const char *name, int mode, off_t offset, off_t length)
{
  int fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || fallocate (fd, mode, offset, length) != 0)
    nasty_die ("fallocate", name);
  close (fd);
}

static void
make_sizes (void)
{
  static const size_t sizes[] = {0,      1,      511,     512,     4095,       4096,
                                 4097,   65535,  65536,   131071,  131072,     131073,
                                 262143, 262145, 1048575, 1048577, 3145728 + 7};
  nasty_mkdir ("sizes", 0755);
  go ("sizes");
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    char name[32];
    snprintf (name, sizeof name, "%zu", sizes[i]);
    nasty_write (name, 0, sizes[i], (unsigned)i);
  }
  go ("..");
}

static void
make_sparse (void)
{
  nasty_mkdir ("sparse", 0755);
  go ("sparse");
  grow ("only-hole", (off_t)1 << 40);
  nasty_write ("hole-first", 4 << 20, 70000, 1);
  nasty_write ("hole-middle", 0, 8192, 2);
  nasty_write ("hole-middle", 2 << 20, 8192, 3);
  nasty_write ("hole-last", 0, 5000, 4);
  grow ("hole-last", 3 << 20);
  /* With its size first: else the allocator fills the holes by room that it guesses will be needed.
   */
  grow ("comb", 600 * 16384);
  for (uint64_t i = 0; i < 600; i++)
    nasty_write ("comb", i * 16384, 4096, (unsigned)i);
  nasty_write ("huge", (uint64_t)1 << 42, 300001, 5);
  nasty_write ("huge", 12288, 4096, 6);
  go ("..");
}

static void
make_preallocated (void)
{
  nasty_mkdir ("preallocated", 0755);
  go ("preallocated");
  allocate ("inside", 0, 0, 1 << 20);
  nasty_write ("inside", 131072, 10000, 1);
  nasty_write ("beyond-end", 0, 10000, 2);
  allocate ("beyond-end", FALLOC_FL_KEEP_SIZE, 0, 2 << 20);
  allocate ("empty-with-room", FALLOC_FL_KEEP_SIZE, 0, 1 << 20);
  allocate ("all-written", 0, 0, 300000);
  nasty_write ("all-written", 0, 300000, 3);
  allocate ("only-mark", FALLOC_FL_KEEP_SIZE, 0, 65536);
  allocate ("only-mark", FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, 65536);
  nasty_write ("hole-and-room", 0, 4096, 4);
  allocate ("hole-and-room", 0, 1 << 20, 1 << 20);
  nasty_write ("hole-and-room", 4 << 20, 4096, 5);
  go ("..");
}

static void
clone (const char *from, const char *to, uint64_t from_offset, uint64_t length, uint64_t to_offset)
{
  int source = open (from, O_RDONLY | O_CLOEXEC);
  int target = open (to, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  struct file_clone_range range = {
      .src_fd = source, .src_offset = from_offset, .src_length = length, .dest_offset = to_offset};
  if (source < 0 || target < 0 || ioctl (target, FICLONERANGE, &range) != 0)
    nasty_die ("clone to", to);
  close (source);
  close (target);
}

static void
make_shared (void)
{
  nasty_mkdir ("shared", 0755);
  go ("shared");
  nasty_write ("original", 0, (1 << 20) + 333, 1);
  clone ("original", "whole", 0, 0, 0);
  clone ("original", "changed", 0, 0, 0);
  nasty_write ("changed", 262144, 65536, 2);
  nasty_write ("part", 0, 1 << 20, 3);
  clone ("original", "part", 524288, 131072, 262144);
  nasty_write ("itself", 0, 131072, 4);
  clone ("itself", "itself", 0, 65536, 1 << 20);
  clone ("itself", "itself", 0, 65536, 2 << 20);
  nasty_write ("small", 0, 100, 5);
  clone ("small", "small-whole", 0, 0, 0);
  nasty_mkdir ("far", 0755);
  clone ("part", "far/part-of-part", 0, 524288, 65536);
  go ("..");
}

static void
make_names (void)
{
  static const char *const names[] = {"\xff\xfe not UTF-8 \x80",
                                      "new\nline",
                                      "tab\tin",
                                      "quote\"d",
                                      "back\\slash",
                                      "-rf",
                                      " ",
                                      "\033[31mred",
                                      "\177",
                                      "...",
                                      "\\012"};
  char longest[256];

  nasty_mkdir ("names", 0755);
  go ("names");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    nasty_write (names[i], 0, i, (unsigned)i);
  memset (longest, 'L', 255);
  longest[255] = '\0';
  nasty_write (longest, 0, 255, 1);
  nasty_mkdir ("directory\n\xc3", 0755);
  go ("..");
}

static void
make_deep (void)
{
  char name[256];
  memset (name, 'd', 255);
  name[255] = '\0';

  nasty_mkdir ("deep", 0755);
  go ("deep");
  for (int i = 0; i < nasty_deep_levels; i++) {
    nasty_mkdir (name, 0755);
    go (name);
  }
  nasty_write ("file", 0, 200000, 1);
  nasty_set_xattr ("file", "user.deep", "down", 4);
  if (symlink ("nowhere", "link") != 0 || mkfifo ("fifo", 0640) != 0)
    nasty_die ("make", "link and FIFO");
  nasty_set_xattr ("link", "trusted.deep", "down", 4);
  nasty_set_xattr ("fifo", "trusted.deep", "down", 4);
  for (int i = 0; i <= nasty_deep_levels; i++)
    go ("..");

  /* Deeper than any table of descriptors. */
  nasty_mkdir ("many-levels", 0755);
  go ("many-levels");
  for (int i = 0; i < 1500; i++) {
    nasty_mkdir ("l", 0700);
    nasty_write ("beside", 0, 10, (unsigned)i);
    go ("l");
  }
  for (int i = 0; i <= 1500; i++)
    go ("..");
}

static void
make_links (void)
{
  char text[1024];

  nasty_mkdir ("links", 0755);
  go ("links");
  nasty_write ("file", 0, 150000, 1);
  memset (text, 't', 1023);
  text[1023] = '\0';
  if (symlink ("/etc/passwd", "absolute") != 0 || symlink ("../sizes", "to-directory") != 0 ||
      symlink (text, "longest") != 0 || symlink ("\xff\n", "not-utf8") != 0 ||
      mkfifo ("fifo", 0600) != 0 || mknod ("zero", S_IFCHR | 0666, makedev (1, 5)) != 0 ||
      mknod ("disk", S_IFBLK | 0660, makedev (259, 200000)) != 0 ||
      mknod ("socket", S_IFSOCK | 04751, 0) != 0)
    nasty_die ("make", "special files");
  nasty_mkdir ("other", 0755);
  if (link ("file", "other/file") != 0 || link ("file", "third") != 0 ||
      linkat (AT_FDCWD, "absolute", AT_FDCWD, "other/absolute", 0) != 0 ||
      link ("fifo", "other/fifo") != 0 || link ("disk", "other/disk") != 0 ||
      link ("socket", "other/socket") != 0)
    nasty_die ("link", "special files");
  go ("..");
}

static void
make_many (unsigned count)
{
  nasty_mkdir ("many", 0755);
  go ("many");
  for (unsigned i = 0; i < count; i++) {
    char name[32];
    snprintf (name, sizeof name, "entry-%08u", i);
    int fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
      nasty_die ("create", name);
    if (i % 64 == 0 && write (fd, name, strlen (name)) < 0)
      nasty_die ("write", name);
    close (fd);
  }
  go ("..");
}

void
nasty_make_content (const struct nasty_options *options)
{
  make_sizes ();
  make_sparse ();
  make_preallocated ();
  if (options->has_reflink)
    make_shared ();
  make_names ();
  make_deep ();
  make_links ();
  make_many (options->many);
}
