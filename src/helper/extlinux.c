/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `extlinux`: makes a copied EXTLINUX start from where it now lies, as `extlinux --update` would,
 * but with the guest's own version of it: BOOT-IN holds the source partition's boot sector,
 * BOOT-OUT gets the target's, which is written once the filesystem is unmounted. The numbers are
 * the target partition's start and size in sectors of 512 bytes. */
#include "helper/command.h"
#include "helper/guest-apply.h"
#include "helper/guest-tree.h"
#include "helper/ldlinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SECTOR = TPL_LDLINUX_SECTOR_BYTES, MAX_BYTES = 2 << 20, MAX_EXTENTS = 256 };

#define UNUSABLE                                                                                   \
  (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED                          \
   | FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE | FIEMAP_EXTENT_UNWRITTEN)

/* The place of each sector. Returns 0 or an errno value: ENODATA for a file with holes. */
static int
map_sectors (int fd, uint64_t *sectors, size_t count)
{
  struct fiemap *map = calloc (1, sizeof *map + MAX_EXTENTS * sizeof map->fm_extents[0]);
  if (map == NULL)
    return ENOMEM;
  map->fm_length = FIEMAP_MAX_OFFSET;
  map->fm_flags = FIEMAP_FLAG_SYNC;
  map->fm_extent_count = MAX_EXTENTS;
  int errnum = ioctl (fd, FS_IOC_FIEMAP, map) < 0 ? errno : 0;
  size_t done = 0;
  for (unsigned i = 0; errnum == 0 && i < map->fm_mapped_extents && done < count; i++) {
    const struct fiemap_extent *extent = &map->fm_extents[i];
    if ((extent->fe_flags & UNUSABLE) != 0 || extent->fe_logical != done * SECTOR)
      break;
    for (uint64_t at = 0; at < extent->fe_length && done < count; at += SECTOR)
      sectors[done++] = (extent->fe_physical + at) / SECTOR;
  }
  free (map);
  return errnum != 0 ? errnum : done == count ? 0 : ENODATA;
}

struct work {
  const char *path;
  const struct tpl_guest_path *found;
  unsigned char boot[SECTOR];
  uint64_t start, sectors;
};

static int
install (struct work *work, unsigned char *image, size_t size)
{
  size_t count = size / SECTOR;
  uint64_t *sectors = calloc (count + 1, sizeof *sectors);
  /* Written whole, so that it has no holes and does not move any more. */
  int errnum = sectors == NULL ? ENOMEM : tpl_guest_rewrite (work->found, (char *)image, size);
  int fd = errnum == 0 ? tpl_guest_open_file (work->found, O_RDONLY) : -1;
  if (errnum == 0)
    errnum = fd < 0 ? errno : map_sectors (fd, sectors, count);
  if (fd >= 0)
    close (fd);
  const struct tpl_ldlinux_place place = {sectors, work->start, work->sectors};
  const char *trouble
      = errnum == 0 ? tpl_ldlinux_patch (image, size, work->boot, &place) : NULL;
  if (errnum == 0 && trouble == NULL)
    errnum = tpl_guest_rewrite (work->found, (char *)image, size);
  free (sectors);
  if (errnum == 0 && trouble == NULL)
    return TPL_EXIT_OK;
  return tpl_fail (work->path, errnum, "cannot install the boot loader%s%s",
                   trouble != NULL ? ": " : "", trouble != NULL ? trouble : "");
}

/* Reads or, with O_WRONLY, writes a boot sector in a file of the appliance. */
static int
boot_sector (const char *path, int flags, unsigned char boot[SECTOR])
{
  int fd = open (path, flags | O_CLOEXEC, 0600);
  ssize_t n = fd < 0                  ? -1
              : (flags & O_ACCMODE) == O_RDONLY ? read (fd, boot, SECTOR)
                                                : write (fd, boot, SECTOR);
  int errnum = n == SECTOR ? 0 : n < 0 ? errno : EIO;
  if (fd >= 0 && close (fd) < 0 && errnum == 0)
    errnum = errno;
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (path, errnum, "cannot read or write the boot sector");
}

static int
install_on (int root_fd, char **argv, struct work *work)
{
  struct tpl_guest_path found;
  char *image = NULL;
  size_t size = 0;
  int errnum = tpl_guest_resolve (root_fd, argv[2], true, &found);
  if (errnum != 0)
    return tpl_fail (argv[2], errnum, "cannot find it in the guest");
  work->path = argv[2];
  work->found = &found;
  errnum = tpl_guest_read_file (&found, MAX_BYTES, &image, &size);
  int status = errnum != 0 ? tpl_fail (argv[2], errnum, "cannot read it")
                           : boot_sector (argv[3], O_RDONLY, work->boot);
  if (status == TPL_EXIT_OK)
    status = install (work, (unsigned char *)image, size);
  if (status == TPL_EXIT_OK)
    status = boot_sector (argv[4], O_WRONLY | O_CREAT | O_TRUNC, work->boot);
  free (image);
  tpl_guest_path_clear (&found);
  return status;
}

static int
run_extlinux (int argc, char **argv)
{
  struct work work = {0};
  if (argc != 7 || !tpl_parse_bytes (argv[5], &work.start)
      || !tpl_parse_bytes (argv[6], &work.sectors))
    return tpl_usage_error ("four paths and two numbers are needed");
  int root_fd = tpl_guest_open_root (argv[1]);
  if (root_fd < 0)
    return tpl_fail (argv[1], errno, "cannot open the guest's root");
  int status = install_on (root_fd, argv, &work);
  close (root_fd);
  return status;
}

const struct tpl_command tpl_command_extlinux = {
    .name = "extlinux",
    .usage = "ROOT PATH BOOT-IN BOOT-OUT START SECTORS",
    .run = run_extlinux,
};
