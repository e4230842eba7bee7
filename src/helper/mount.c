/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `mount` and `unmount`: what mount(8) and umount(8) do, without the libraries that these load,
 * which take longer than the mounting where the appliance is emulated. */
#include "helper/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

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
