/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "survey/disk.h"

typedef struct {
  TplDisk disk;
  int fd;
  char *name;
} Raw;

static GBytes *
raw_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  const Raw *raw = (const Raw *)disk;
  g_autofree char *data = g_malloc (length);
  for (gsize done = 0; done < length;) {
    ssize_t got = pread (raw->fd, data + done, length - done, (off_t)(offset_bytes + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      tpl_fail (error, TPL_ERROR_REFUSED, "reading \"%s\" at byte %" G_GUINT64_FORMAT ": %s",
                raw->name, offset_bytes + done, got < 0 ? g_strerror (errno) : "it ends there");
      return NULL;
    }
    done += (gsize)got;
  }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* Not every filesystem, and no device, tells of holes: then all may be data. */
static guint64
raw_next_data (TplDisk *disk, guint64 offset_bytes)
{
  const Raw *raw = (const Raw *)disk;
  if (offset_bytes >= disk->size_bytes)
    return disk->size_bytes;
  off_t at = lseek (raw->fd, (off_t)offset_bytes, SEEK_DATA);
  if (at < 0)
    return errno == ENXIO ? disk->size_bytes : offset_bytes;
  return MIN ((guint64)at, disk->size_bytes);
}

static void
raw_free (TplDisk *disk)
{
  Raw *raw = (Raw *)disk;
  close (raw->fd);
  g_free (raw->name);
  g_free (raw);
}

TplDisk *
tpl_disk_new_raw (int fd, guint64 size_bytes, const char *name)
{
  Raw *raw = g_new0 (Raw, 1);
  raw->disk = (TplDisk){
    .size_bytes = size_bytes, .read = raw_read, .next_data = raw_next_data, .free = raw_free
  };
  raw->fd = fd;
  raw->name = g_strdup (name);
  return &raw->disk;
}
