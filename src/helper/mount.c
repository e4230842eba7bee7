/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `mount` and `unmount`: what mount(8) and umount(8) do, without the libraries that these load,
 * which take longer than the mounting where the appliance is emulated. */
#include "helper/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

/* <xfs/xfs_fs.h> has it as XFS_IOC_SET_RESBLKS; the helper is built without xfsprogs. */
struct reserve {
  uint64_t wanted_blocks;
  uint64_t available_blocks;
};
#define SET_RESERVE _IOWR ('X', 114, struct reserve)

/* A megabyte of blocks of 4096 bytes: enough for one who writes alone, and is done soon. */
#define RESERVE_BLOCKS 256

static const struct {
  const char *word;
  unsigned long flag;
} flags[] = {
    {"ro", MS_RDONLY},     {"rw", 0},           {"noatime", MS_NOATIME}, {"nodev", MS_NODEV},
    {"nosuid", MS_NOSUID}, {"noexec", MS_NOEXEC},
};

/* A word of the options that is no flag is the filesystem's own. */
static void
add_option (const char *word, unsigned long *bits, char *data)
{
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    if (strcmp (word, flags[i].word) == 0) {
      *bits |= flags[i].flag;
      return;
    }
  if (*data != '\0')
    strcat (data, ",");
  strcat (data, word);
}

/* XFS keeps 32 MiB of what is free for itself, at each mount anew; nobody is harmed if it can't be
 * asked for less. */
static void
lower_reserve (const char *folder)
{
  struct reserve reserve = {RESERVE_BLOCKS, 0};
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void)ioctl (fd, SET_RESERVE, &reserve);
  close (fd);
}

static int
run_mount (int argc, char **argv)
{
  if (argc != 5)
    return tpl_usage_error ("four arguments are needed");
  const char *type = argv[1];
  char *options = argv[2];
  const char *device = argv[3];
  const char *folder = argv[4];
  unsigned long bits = 0;
  char *data = calloc (1, strlen (options) + 1);
  if (data == NULL)
    return tpl_fail (device, ENOMEM, "cannot mount it");
  for (char *word = strtok (options, ","); word != NULL; word = strtok (NULL, ","))
    add_option (word, &bits, data);
  int errnum = mount (device, folder, type, bits, data) < 0 ? errno : 0;
  free (data);
  if (errnum == 0 && strcmp (type, "xfs") == 0 && (bits & MS_RDONLY) == 0)
    lower_reserve (folder);
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (device, errnum, "cannot mount it as %s", type);
}

static int
run_unmount (int argc, char **argv)
{
  if (argc < 2)
    return tpl_usage_error ("a folder is needed");
  for (int i = 1; i < argc; i++)
    if (umount2 (argv[i], UMOUNT_NOFOLLOW) < 0)
      return tpl_fail (argv[i], errno, "cannot unmount it");
  return TPL_EXIT_OK;
}

const struct tpl_command tpl_command_mount = {
    .name = "mount",
    .usage = "TYPE OPTIONS DEVICE FOLDER",
    .run = run_mount,
};

const struct tpl_command tpl_command_unmount = {
    .name = "unmount",
    .usage = "FOLDER...",
    .run = run_unmount,
};
