/* nasty-tree make|manifest|mutate|mutations DIRECTORY ...: see nasty.h. */
#include "nasty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

void
nasty_die (const char *what, const char *name)
{
  fprintf (stderr, "nasty-tree: %s %s: %s\n", what, name, strerror (errno));
  exit (1);
}

void
nasty_write (const char *name, uint64_t offset, size_t length, unsigned seed)
{
  unsigned char *bytes = malloc (length + 1);
  uint32_t random = seed * 2654435761u + 1;
  int fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0 || bytes == NULL)
    nasty_die ("open", name);
  for (size_t i = 0; i < length; i++) {
    random = random * 1664525u + 1013904223u;
    bytes[i] = (unsigned char)(random >> 24);
  }
  if (pwrite (fd, bytes, length, (off_t)offset) != (ssize_t)length)
    nasty_die ("write", name);
  close (fd);
  free (bytes);
}

void
nasty_mkdir (const char *name, mode_t mode)
{
  if (mkdir (name, mode) != 0 || chmod (name, mode) != 0)
    nasty_die ("mkdir", name);
}

void
nasty_set_attr (const char *name, uint32_t xflags, uint32_t project, uint32_t extsize,
                uint32_t cowextsize)
{
  struct fsxattr attr = {.fsx_xflags = xflags,
                         .fsx_projid = project,
                         .fsx_extsize = extsize,
                         .fsx_cowextsize = cowextsize};
  int fd = open (name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    nasty_die ("open", name);
  if (ioctl (fd, FS_IOC_FSSETXATTR, &attr) != 0)
    nasty_die ("set flags of", name);
  close (fd);
}

void
nasty_set_xattr (const char *name, const char *key, const void *value, size_t length)
{
  if (lsetxattr (name, key, value, length, 0) != 0)
    nasty_die (key, name);
}

void
nasty_set_acl (const char *name, const char *key, unsigned uid, unsigned mask)
{
  struct {
    uint32_t version;
    struct {
      uint16_t tag;
      uint16_t permissions;
      uint32_t id;
    } entries[5];
  } acl = {
      .version = 2,
      .entries = {{1, 7, UINT32_MAX},
                  {2, 6, uid},
                  {4, 5, UINT32_MAX},
                  {16, (uint16_t)mask, UINT32_MAX},
                  {32, 4, UINT32_MAX}},
  };
  nasty_set_xattr (name, key, &acl, sizeof acl);
}

void
nasty_enter_deep (void)
{
  char name[256];
  memset (name, 'd', 255);
  name[255] = '\0';
  if (chdir ("deep") != 0)
    nasty_die ("chdir", "deep");
  for (int i = 0; i < nasty_deep_levels; i++)
    if (chdir (name) != 0)
      nasty_die ("chdir", name);
}

static bool
take_option (int argc, char **argv, const char *name, unsigned *value)
{
  size_t length = strlen (name);
  for (int i = 3; i < argc; i++) {
    if (strncmp (argv[i], name, length) != 0)
      continue;
    if (argv[i][length] == '=')
      *value = (unsigned)strtoul (argv[i] + length + 1, NULL, 10);
    return true;
  }
  return false;
}

int
main (int argc, char **argv)
{
  struct nasty_options options = {.many = 3000};
  unsigned ignored;

  if (argc < 3) {
    fputs ("usage: nasty-tree make|manifest|mutations DIRECTORY [reflink] [bigtime] [many=N]\n"
           "       nasty-tree mutate DIRECTORY NAME\n",
           stderr);
    return 2;
  }
  options.has_reflink = take_option (argc, argv, "reflink", &ignored);
  options.has_bigtime = take_option (argc, argv, "bigtime", &ignored);
  take_option (argc, argv, "many", &options.many);
  umask (0);
  if (chdir (argv[2]) != 0)
    nasty_die ("chdir", argv[2]);

  if (strcmp (argv[1], "make") == 0) {
    nasty_make_content (&options);
    nasty_make_attributes (&options);
    nasty_stamp (&options);
    nasty_make_flags (&options);
  } else if (strcmp (argv[1], "manifest") == 0) {
    nasty_manifest ();
  } else if (strcmp (argv[1], "mutations") == 0) {
    nasty_mutate (NULL, &options);
  } else if (strcmp (argv[1], "mutate") == 0 && argc >= 4) {
    nasty_mutate (argv[3], &options);
  } else {
    return 2;
  }
  return 0;
}
