/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/receipt-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "error.h"

gboolean
tpl_receipt_file_claim (TplReceiptFile *file, char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *work = g_strdup_printf (".%s.tpl-shrink", name);
  file->path = path;
  file->work_path = g_build_filename (folder, work, NULL);
  file->fd = open (file->work_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file->fd >= 0 && flock (file->fd, LOCK_EX | LOCK_NB) != 0) {
    g_clear_pointer (&file->work_path, g_free);
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "another run is writing the receipt \"%s\"", path);
  }
  return (file->fd >= 0 && ftruncate (file->fd, 0) == 0)
         || tpl_fail (error, TPL_ERROR_REFUSED, "--receipt: making \"%s\": %s", file->work_path,
                      g_strerror (errno));
}

gboolean
tpl_receipt_file_write (TplReceiptFile *file, const char *bytes, gsize length, GError **error)
{
  for (gsize done = 0; done < length;) {
    ssize_t wrote = write (file->fd, bytes + done, length - done);
    if (wrote <= 0)
      return tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the receipt \"%s\": %s", file->path,
                       g_strerror (errno));
    done += (gsize)wrote;
  }
  return TRUE;
}

gboolean
tpl_receipt_file_publish (TplReceiptFile *file, GError **error)
{
  if (!file->path)
    return TRUE;
  if (fsync (file->fd) != 0 || rename (file->work_path, file->path) != 0)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the receipt \"%s\": %s", file->path,
                     g_strerror (errno));
  g_clear_pointer (&file->work_path, g_free);
  file->has_name = TRUE;
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return (fd >= 0 && fsync (fd) == 0)
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "flushing \"%s\" to its disk: %s", folder,
                      g_strerror (errno));
}

void
tpl_receipt_file_end (TplReceiptFile *file)
{
  if (file->work_path)
    g_unlink (file->work_path);
  if (file->has_name)
    g_unlink (file->path);
  tpl_fd_clear (&file->fd);
  g_free (file->work_path);
  g_free (file->path);
}
