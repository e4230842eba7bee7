/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/mirror.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"

#define CHUNK_BYTES (1024u * 1024)

static gboolean
failed (const char *doing, GError **error)
{
  return tpl_fail (error, TPL_ERROR_RETRIABLE, "%s a copy in memory of what describes a disk: %s",
                   doing, g_strerror (errno));
}

TplMirror *
tpl_mirror_new (guint64 size_bytes, GError **error)
{
  g_autoptr (TplMirror) mirror = g_new0 (TplMirror, 1);
  mirror->size_bytes = size_bytes;
  mirror->sector_bytes = 512;
  mirror->fd = memfd_create ("mirror", MFD_CLOEXEC);
  /* libparted wants one. */
  mirror->path = g_strdup_printf ("/proc/%d/fd/%d", (int)getpid (), mirror->fd);
  if (mirror->fd < 0 || size_bytes > G_MAXINT64 || ftruncate (mirror->fd, (off_t)size_bytes) != 0) {
    failed ("making", error);
    return NULL;
  }
  return g_steal_pointer (&mirror);
}

void
tpl_mirror_free (TplMirror *mirror)
{
  if (!mirror)
    return;
  if (mirror->fd >= 0)
    close (mirror->fd);
  g_free (mirror->path);
  g_free (mirror);
}

gboolean
tpl_mirror_write (TplMirror *mirror, guint64 offset_bytes, GBytes *bytes, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  for (gsize done = 0; done < length;) {
    ssize_t wrote
        = pwrite (mirror->fd, data + done, length - done, (off_t)(offset_bytes + done));
    if (wrote <= 0)
      return failed ("writing", error);
    done += (gsize)wrote;
  }
  return TRUE;
}

GBytes *
tpl_mirror_read (const TplMirror *mirror, guint64 offset_bytes, gsize length, GError **error)
{
  g_autofree char *data = g_malloc (length);
  for (gsize done = 0; done < length;) {
    ssize_t got = pread (mirror->fd, data + done, length - done, (off_t)(offset_bytes + done));
    if (got < 0) {
      failed ("reading", error);
      return NULL;
    }
    if (got == 0) {
      tpl_fail (error, TPL_ERROR_REFUSED,
                "the disk ends at byte %" G_GUINT64_FORMAT ", but something on it points further",
                mirror->size_bytes);
      return NULL;
    }
    done += (gsize)got;
  }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

gboolean
tpl_mirror_fill (TplMirror *mirror, const TplReader *from, guint64 offset_bytes, guint64 length,
                 GError **error)
{
  if (offset_bytes >= mirror->size_bytes)
    return TRUE;
  guint64 whole = MIN (length, mirror->size_bytes - offset_bytes);
  g_autoptr (GBytes) bytes = from->read (from, offset_bytes, (gsize)whole, error);
  return bytes && tpl_mirror_write (mirror, offset_bytes, bytes, error);
}

gboolean
tpl_mirror_fetch (TplMirror *mirror, TplAppliance *appliance, const char *device,
                  guint64 offset_bytes, guint64 length, GError **error)
{
  TplReader from = tpl_appliance_reader (appliance, device);
  return tpl_mirror_fill (mirror, &from, offset_bytes, length, error);
}

gboolean
tpl_mirror_push (const TplMirror *mirror, TplAppliance *appliance, const char *device,
                 GError **error)
{
  off_t end = 0;
  for (;;) {
    off_t start = lseek (mirror->fd, end, SEEK_DATA);
    if (start < 0)
      return errno == ENXIO || failed ("reading", error);
    end = lseek (mirror->fd, start, SEEK_HOLE);
    if (end < 0)
      return failed ("reading", error);
    for (off_t at = start; at < end; at += CHUNK_BYTES) {
      gsize length = (gsize)MIN (end - at, (off_t)CHUNK_BYTES);
      g_autoptr (GBytes) bytes = tpl_mirror_read (mirror, (guint64)at, length, error);
      if (!bytes || !tpl_appliance_write (appliance, device, (guint64)at, bytes, error))
        return FALSE;
    }
  }
}
