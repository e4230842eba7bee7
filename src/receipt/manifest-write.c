/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "error.h"

#define FORMAT_LINE "{\"format\":\"tpl-shrink manifest 1\"}\n"
#define CHUNK_BYTES (64u * 1024)
/* Digests don't shrink, and the rest does at any level: a fast one. */
#define MODE "wb2"

struct TplManifestWriter {
  gzFile file;
};

static gboolean
put (TplManifestWriter *writer, const char *bytes, gsize length, GError **error)
{
  int code = 0;
  if (length == 0 || gzwrite (writer->file, bytes, (unsigned)length) == (int)length)
    return TRUE;
  const char *why = gzerror (writer->file, &code);
  return tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the receipt's manifest: %s",
                   code == Z_ERRNO ? g_strerror (errno) : why);
}

TplManifestWriter *
tpl_manifest_writer_new (int fd, GError **error)
{
  g_autoptr (TplManifestWriter) writer = g_new0 (TplManifestWriter, 1);
  int own = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  writer->file = own >= 0 ? gzdopen (own, MODE) : NULL;
  if (!writer->file) {
    if (own >= 0)
      close (own);
    tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the receipt's manifest: %s",
              g_strerror (errno));
    return NULL;
  }
  return put (writer, FORMAT_LINE, strlen (FORMAT_LINE), error) ? g_steal_pointer (&writer) : NULL;
}

char *
tpl_manifest_volume_line (const char *volume)
{
  g_autofree char *escaped = g_strescape (volume, NULL);
  g_auto (GStrv) parts = g_strsplit (escaped, "\\", -1);
  g_autofree char *safe = g_strjoinv ("\\\\", parts);
  return g_strdup_printf ("{\"volume\":\"%s\"}", safe);
}

gboolean
tpl_manifest_writer_add (TplManifestWriter *writer, const char *volume, const char *sorted,
                         GError **error)
{
  g_autofree char *head = tpl_manifest_volume_line (volume);
  if (!put (writer, head, strlen (head), error) || !put (writer, "\n", 1, error))
    return FALSE;
  int fd = open (sorted, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "reading \"%s\": %s", sorted, g_strerror (errno));
  g_autofree char *chunk = g_malloc (CHUNK_BYTES);
  ssize_t got;
  gboolean fine = TRUE;
  while (fine && (got = read (fd, chunk, CHUNK_BYTES)) > 0)
    fine = put (writer, chunk, (gsize)got, error);
  if (fine && got < 0)
    fine = tpl_fail (error, TPL_ERROR_RETRIABLE, "reading \"%s\": %s", sorted, g_strerror (errno));
  close (fd);
  return fine;
}

gboolean
tpl_manifest_writer_finish (TplManifestWriter *writer, GError **error)
{
  gzFile file = g_steal_pointer (&writer->file);
  return gzclose (file) == Z_OK
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the receipt's manifest: %s",
                      g_strerror (errno));
}

void
tpl_manifest_writer_free (TplManifestWriter *writer)
{
  if (writer && writer->file)
    gzclose (writer->file);
  g_free (writer);
}

char *
tpl_manifest_sum (int fd, guint64 *size_bytes, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc (CHUNK_BYTES);
  ssize_t got;
  *size_bytes = 0;
  while ((got = pread (fd, chunk, CHUNK_BYTES, (off_t)*size_bytes)) > 0) {
    g_checksum_update (sum, chunk, got);
    *size_bytes += (guint64)got;
  }
  if (got == 0)
    return g_strdup (g_checksum_get_string (sum));
  tpl_fail (error, TPL_ERROR_RETRIABLE, "reading the receipt's manifest: %s", g_strerror (errno));
  return NULL;
}

gboolean
tpl_manifest_is_one (const char *path)
{
  char line[sizeof FORMAT_LINE] = "";
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gzFile file = fd >= 0 ? gzdopen (fd, "rb") : NULL;
  if (!file) {
    if (fd >= 0)
      close (fd);
    return FALSE;
  }
  gboolean is_one = gzgets (file, line, sizeof line) && strcmp (line, FORMAT_LINE) == 0;
  gzclose (file);
  return is_one;
}
