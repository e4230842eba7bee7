/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/disk.h"

#include <string.h>

#include "error.h"

#define BLANK_READ_BYTES (256u * 1024)
#define BLANK_READS      32u

void
tpl_disk_free (TplDisk *disk)
{
  if (disk)
    disk->free (disk);
}

GBytes *
tpl_disk_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  if (offset_bytes > disk->size_bytes || length > disk->size_bytes - offset_bytes) {
    tpl_fail (error, TPL_ERROR_REFUSED,
              "something points to byte %" G_GUINT64_FORMAT " of what has %" G_GUINT64_FORMAT
              " bytes",
              offset_bytes, disk->size_bytes);
    return NULL;
  }
  return disk->read (disk, offset_bytes, length, error);
}

static gboolean
is_zero (GBytes *bytes)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  return length == 0 || (data[0] == 0 && memcmp (data, data + 1, length - 1) == 0);
}

gboolean
tpl_disk_is_blank (TplDisk *disk, TplBlank *blank, GError **error)
{
  guint64 at = disk->next_data (disk, 0);
  for (guint i = 0; i < BLANK_READS && at < disk->size_bytes; i++) {
    gsize length = (gsize)MIN (disk->size_bytes - at, BLANK_READ_BYTES);
    g_autoptr (GBytes) bytes = tpl_disk_read (disk, at, length, error);
    if (!bytes)
      return FALSE;
    if (!is_zero (bytes)) {
      *blank = TPL_NOT_BLANK;
      return TRUE;
    }
    at = disk->next_data (disk, at + length);
  }
  *blank = at < disk->size_bytes ? TPL_BLANK_SO_FAR : TPL_BLANK;
  return TRUE;
}
