/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"

#define CHUNK_BYTES (1024u * 1024)

static gboolean
failed (const TplMirror *mirror, const char *doing, GError **error)
{
  return tpl_fail (error, TPL_ERROR_RETRIABLE, "%s \"%s\": %s", doing, mirror->path,
                   g_strerror (errno));
}

static void
open_file (TplMirror *mirror, const char *folder)
{
  mirror->path = g_build_filename (folder, "mirror-XXXXXX", NULL);
  mirror->fd = g_mkstemp_full (mirror->path, O_RDWR | O_CLOEXEC, 0600);
}

/* libparted wants a path. */
static void
open_memory (TplMirror *mirror)
{
  mirror->in_memory = TRUE;
  mirror->fd = memfd_create ("mirror", MFD_CLOEXEC);
  mirror->path = g_strdup_printf ("/proc/self/fd/%d", mirror->fd);
}

TplMirror *
tpl_mirror_new (const char *folder, guint64 size_bytes, GError **error)
{
  g_autoptr (TplMirror) mirror = g_new0 (TplMirror, 1);
  mirror->size_bytes = size_bytes;
  if (folder)
    open_file (mirror, folder);
  else
    open_memory (mirror);
  if (mirror->fd < 0 || size_bytes > G_MAXINT64 || ftruncate (mirror->fd, (off_t)size_bytes) != 0) {
    failed (mirror, "making the scratch file", error);
    return NULL;
  }
  return g_steal_pointer (&mirror);
}

void
tpl_mirror_free (TplMirror *mirror)
{
  if (!mirror)
    return;
  if (mirror->fd >= 0) {
    close (mirror->fd);
    if (!mirror->in_memory)
      g_unlink (mirror->path);
  }
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
      return failed (mirror, "writing the scratch file", error);
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
      failed (mirror, "reading the scratch file", error);
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
      return errno == ENXIO || failed (mirror, "reading the scratch file", error);
    end = lseek (mirror->fd, start, SEEK_HOLE);
    if (end < 0)
      return failed (mirror, "reading the scratch file", error);
    for (off_t at = start; at < end; at += CHUNK_BYTES) {
      gsize length = (gsize)MIN (end - at, (off_t)CHUNK_BYTES);
      g_autoptr (GBytes) bytes = tpl_mirror_read (mirror, (guint64)at, length, error);
      if (!bytes || !tpl_appliance_write (appliance, device, (guint64)at, bytes, error))
        return FALSE;
    }
  }
}
