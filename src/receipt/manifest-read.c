/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "error.h"
#include "receipt/manifest-line.h"

typedef enum { AT_LINE, AT_VOLUME, AT_END } Where;

struct TplManifestReader {
  gzFile file;
  char *path;
  char *buffer;
  gsize length; /* of the line in the buffer */
  guint64 number;
  Where where;
  TplManifestLine line; /* AT_LINE: into the buffer */
};

static gboolean
damaged (const TplManifestReader *reader, const char *why, GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "\"%s\" is damaged, or no manifest of tpl-shrink's: line %" G_GUINT64_FORMAT
                   ": %s",
                   reader->path, reader->number, why);
}

static gboolean
read_line (TplManifestReader *reader, gboolean *ended, GError **error)
{
  int code = 0;
  reader->number++;
  *ended = !gzgets (reader->file, reader->buffer, TPL_MANIFEST_LINE_BYTES);
  const char *why = gzerror (reader->file, &code);
  if (*ended)
    return code == Z_OK || code == Z_STREAM_END || damaged (reader, why, error);
  reader->length = strlen (reader->buffer);
  if (reader->length == 0 || reader->buffer[reader->length - 1] != '\n')
    return damaged (reader, "too long, or not ended", error);
  reader->buffer[--reader->length] = '\0';
  return TRUE;
}

static gboolean
next (TplManifestReader *reader, GError **error)
{
  gboolean ended = FALSE;
  if (!read_line (reader, &ended, error))
    return FALSE;
  reader->where = ended                                                ? AT_END
                  : g_str_has_prefix (reader->buffer, "{\"volume\":\"") ? AT_VOLUME
                                                                       : AT_LINE;
  return reader->where != AT_LINE
         || tpl_manifest_line_parse (reader->buffer, reader->length, &reader->line)
         || damaged (reader, "not understood", error);
}

TplManifestReader *
tpl_manifest_reader_open (const char *path, GError **error)
{
  g_autoptr (TplManifestReader) reader = g_new0 (TplManifestReader, 1);
  gboolean is_packed = tpl_manifest_is_one (path), ended = FALSE;
  reader->path = g_strdup (path);
  reader->buffer = g_malloc (TPL_MANIFEST_LINE_BYTES);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  reader->file = fd >= 0 ? gzdopen (fd, "rb") : NULL;
  if (!reader->file) {
    tpl_fail (error, TPL_ERROR_REFUSED, "opening \"%s\": %s", path, g_strerror (errno));
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  if ((is_packed && !read_line (reader, &ended, error)) || !next (reader, error))
    return NULL;
  return g_steal_pointer (&reader);
}

void
tpl_manifest_reader_free (TplManifestReader *reader)
{
  if (!reader)
    return;
  if (reader->file)
    gzclose (reader->file);
  g_free (reader->buffer);
  g_free (reader->path);
  g_free (reader);
}

/* The next line that says something of the target. */
static gboolean
skip_source (TplManifestReader *reader, GError **error)
{
  while (reader->where == AT_LINE && !reader->line.is_of_target)
    if (!next (reader, error))
      return FALSE;
  return TRUE;
}

static void
tell (const TplManifestLine *line, const char *what, TplManifestReport report, gpointer user_data)
{
  /* JSON's backslash is two characters. */
  g_autofree char *doubled = g_strndup (line->name.text, line->name.length);
  g_auto (GStrv) parts = g_strsplit (doubled, "\\\\", -1);
  g_autofree char *name = g_strjoinv ("\\", parts);
  report (name, what, user_data);
}

gboolean
tpl_manifest_compare (TplManifestReader *recorded, const char *volume, TplManifestReader *found,
                      TplManifestReport report, gpointer user_data, guint64 *compared,
                      GError **error)
{
  g_autofree char *head = tpl_manifest_volume_line (volume);
  if (recorded->where != AT_VOLUME || strcmp (recorded->buffer, head) != 0)
    return damaged (recorded, "another volume was expected", error);
  if (!next (recorded, error))
    return FALSE;
  for (;;) {
    if (!skip_source (recorded, error) || !skip_source (found, error))
      return FALSE;
    gboolean has_recorded = recorded->where == AT_LINE, has_found = found->where == AT_LINE;
    if (!has_recorded && !has_found)
      return TRUE;
    int order = !has_found      ? -1
                : !has_recorded ? 1
                                : tpl_manifest_line_order (&recorded->line, &found->line);
    g_autofree char *what
        = order == 0 ? tpl_manifest_line_difference (&recorded->line, &found->line) : NULL;
    if (order == 0 && what)
      tell (&found->line, what, report, user_data);
    else if (order != 0)
      tell (order < 0 ? &recorded->line : &found->line, order < 0 ? "missing" : "new", report,
            user_data);
    *compared += 1;
    if ((order <= 0 && !next (recorded, error)) || (order >= 0 && !next (found, error)))
      return FALSE;
  }
}

gboolean
tpl_manifest_check_end (TplManifestReader *recorded, GError **error)
{
  return recorded->where == AT_END || damaged (recorded, "more volumes than expected", error);
}
