/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "adapt/process.h"
#include "error.h"

#define QCOW2_MAGIC             0x514649fbu /* "QFI\xfb" */
#define QCOW2_HEADER_V2_BYTES   72u
#define QCOW2_EXTERNAL_DATA_BIT (1u << 2)

static guint64
big_endian (const guint8 *bytes, size_t offset, size_t length)
{
  guint64 value = 0;
  for (size_t i = 0; i < length; i++)
    value = value << 8 | bytes[offset + i];
  return value;
}

TplImageHeader
tpl_image_header (const guint8 *bytes, gsize length)
{
  TplImageHeader header = { 0 };
  if (length < QCOW2_HEADER_V2_BYTES || big_endian (bytes, 0, 4) != QCOW2_MAGIC)
    return header;
  header.is_qcow2 = TRUE;
  header.has_backing_file = big_endian (bytes, 8, 8) != 0;
  header.size_bytes = big_endian (bytes, 24, 8);
  gboolean version3 = big_endian (bytes, 4, 4) >= 3 && length >= 80;
  header.has_data_file = version3 && (big_endian (bytes, 72, 8) & QCOW2_EXTERNAL_DATA_BIT);
  return header;
}

gboolean
tpl_image_choose_format (int fd, const char *path, const char *said, const char **format,
                         guint64 *size_bytes, GError **error)
{
  guint8 bytes[TPL_IMAGE_HEADER_BYTES];
  ssize_t got = pread (fd, bytes, sizeof bytes, 0);
  struct stat status;
  if (got < 0 || fstat (fd, &status) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "reading \"%s\": %s", path, g_strerror (errno));
  TplImageHeader header = tpl_image_header (bytes, (gsize)got);
  const gboolean is_raw = g_strcmp0 (said, "raw") == 0 || !header.is_qcow2;
  *format = is_raw ? "raw" : "qcow2";
  *size_bytes = is_raw ? (guint64)status.st_size : header.size_bytes;
  if (g_strcmp0 (said, "qcow2") == 0 && !header.is_qcow2)
    return tpl_fail (error, TPL_ERROR_REFUSED, "\"%s\" is no qcow2 image", path);
  if (header.is_qcow2 && !said && (header.has_backing_file || header.has_data_file))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" looks like a qcow2 image that names another file, which a guest could "
                     "have written: if it is meant, say --source-format qcow2; if the disk is raw, "
                     "--source-format raw",
                     path);
  return TRUE;
}

static GBytes *
read_head (const char *path, GError **error)
{
  g_autofree guint8 *bytes = g_malloc (TPL_IMAGE_HEAD_BYTES);
  g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? pread (fd, bytes, TPL_IMAGE_HEAD_BYTES, 0) : -1;
  if (got >= 0)
    return g_bytes_new_take (g_steal_pointer (&bytes), (gsize)got);
  tpl_fail (error, TPL_ERROR_FAILED, "reading \"%s\": %s", path, g_strerror (errno));
  return NULL;
}

GBytes *
tpl_image_head (const char *path, const char *format, const char *folder,
                GCancellable *cancellable, GError **error)
{
  if (strcmp (format, "raw") == 0)
    return read_head (path, error);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *copy = g_build_filename (folder, "head.img", NULL);
  g_autofree char *from = g_strconcat ("if=", absolute, NULL);
  g_autofree char *to = g_strconcat ("of=", copy, NULL);
  g_autofree char *size = g_strdup_printf ("bs=%u", TPL_IMAGE_HEAD_BYTES);
  const char *argv[]
      = { "qemu-img", "dd", "-U", "-f", format, "-O", "raw", size, "count=1", from, to, NULL };
  return tpl_process_run (argv, NULL, cancellable, error) ? read_head (copy, error) : NULL;
}

static gboolean
size_raw (const char *path, guint64 size_bytes, GError **error)
{
  return truncate (path, (off_t)size_bytes) == 0
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "sizing \"%s\": %s", path, g_strerror (errno));
}

gboolean
tpl_image_create (const char *path, const char *format, guint64 size_bytes,
                  GCancellable *cancellable, GError **error)
{
  if (strcmp (format, "raw") == 0)
    return size_raw (path, size_bytes, error);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, size_bytes);
  const char *argv[] = { "qemu-img", "create", "-q", "-f", format, path, size, NULL };
  return tpl_process_run (argv, NULL, cancellable, error);
}

gboolean
tpl_image_overlay (const char *path, const char *base, const char *base_format,
                   GCancellable *cancellable, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (base, NULL);
  const char *argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", "-F", base_format,
                         "-b", absolute, path, NULL };
  return tpl_process_run (argv, NULL, cancellable, error);
}

gboolean
tpl_image_compress (const char *path, const char *from, GCancellable *cancellable, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (from, NULL);
  g_autofree char *to = g_canonicalize_filename (path, NULL);
  const char *argv[] = { "qemu-img", "convert", "-c", "-f", "qcow2", "-O", "qcow2", absolute, to, NULL };
  return tpl_process_run (argv, NULL, cancellable, error);
}

gboolean
tpl_image_shrink (const char *path, const char *format, guint64 size_bytes,
                  GCancellable *cancellable, GError **error)
{
  if (strcmp (format, "raw") == 0)
    return size_raw (path, size_bytes, error);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, size_bytes);
  const char *argv[] = { "qemu-img", "resize", "-q", "--shrink", "-f", format, path, size, NULL };
  return tpl_process_run (argv, NULL, cancellable, error);
}
