/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/disk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define SYSFS_SECTOR_BYTES 512 /* whatever the device's own are */

static const TplField disk_fields[] = {
    TPL_STRING (TplBatchDisk, path),
    TPL_STRING (TplBatchDisk, device),
    TPL_UINT (TplBatchDisk, inode),
    TPL_UINT (TplBatchDisk, born_ns),
    TPL_UINT (TplBatchDisk, modified_ns),
    TPL_UINT (TplBatchDisk, size_bytes),
    {0},
};
const TplType tpl_batch_disk_type = {"disk", sizeof (TplBatchDisk), disk_fields};

/* The attribute of a block device in sysfs, without its newline; NULL or "": it has none. */
static char *
attribute (const struct statx *status, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/sys/dev/block/%u:%u/%s", status->stx_rdev_major,
                                           status->stx_rdev_minor, name);
  char *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) ? g_strchomp (text) : NULL;
}

static void
look_at_device (TplBatchDisk *disk, const struct statx *status)
{
  g_autofree char *uuid = attribute (status, "dm/uuid");
  g_autofree char *sectors = attribute (status, "size");
  /* Numbers are given anew at each boot; LVM's UUIDs stay. */
  disk->device = uuid != NULL && uuid[0] != '\0'
                     ? g_strdup (uuid)
                     : g_strdup_printf ("%u:%u", status->stx_rdev_major, status->stx_rdev_minor);
  disk->size_bytes =
      sectors != NULL ? g_ascii_strtoull (sectors, NULL, 10) * SYSFS_SECTOR_BYTES : 0;
}

static guint64
nanoseconds (const struct statx_timestamp *time)
{
  return time->tv_sec > 0 ? (guint64)time->tv_sec * 1000000000 + time->tv_nsec : 0;
}

TplBatchDisk *
tpl_batch_disk_look (const char *path)
{
  struct statx status;
  if (statx (AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &status) != 0)
    return NULL;
  TplBatchDisk *disk = tpl_value_new (&tpl_batch_disk_type);
  disk->path = g_strdup (path);
  if (S_ISBLK (status.stx_mode)) {
    look_at_device (disk, &status);
    return disk;
  }
  disk->inode = status.stx_ino;
  disk->born_ns = (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds (&status.stx_btime) : 0;
  disk->modified_ns = nanoseconds (&status.stx_mtime);
  disk->size_bytes = status.stx_size;
  return disk;
}

void
tpl_batch_disk_free (TplBatchDisk *disk)
{
  tpl_value_free (&tpl_batch_disk_type, disk);
}

gboolean
tpl_batch_disk_same (const TplBatchDisk *a, const TplBatchDisk *b)
{
  return g_strcmp0 (a->device, b->device) == 0 && a->inode == b->inode &&
         a->born_ns == b->born_ns && a->size_bytes == b->size_bytes;
}

gboolean
tpl_batch_disk_untouched (const TplBatchDisk *a, const TplBatchDisk *b)
{
  return tpl_batch_disk_same (a, b) && a->modified_ns == b->modified_ns;
}

char *
tpl_batch_disk_key (const char *path)
{
  struct stat status;
  if (stat (path, &status) == 0)
    return S_ISBLK (status.st_mode)
               ? g_strdup_printf ("device %u:%u", major (status.st_rdev), minor (status.st_rdev))
               : g_strdup_printf ("file %u:%u %" G_GUINT64_FORMAT, major (status.st_dev),
                                  minor (status.st_dev), (guint64)status.st_ino);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  char *real = realpath (folder, NULL);
  char *key = g_strdup_printf ("path %s/%s", real != NULL ? real : folder, name);
  free (real);
  return key;
}
