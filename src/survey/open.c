/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "adapt/handles.h"
#include "adapt/image.h"
#include "error.h"
#include "stage/busy.h"
#include "survey/qcow2.h"

/* A longer chain of backing files than this is a loop, or nobody's intention. */
#define CHAIN_MOST 32

static gboolean
refuse (const char *path, const char *doing, GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED, "%s \"%s\": %s", doing, path, g_strerror (errno));
}

/* O_NONBLOCK: what has become a named pipe meanwhile must not stop us. */
static int
open_file (const char *path, gboolean busy, TplOpened *opened, GError **error)
{
  g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat (fd, &status) != 0) {
    refuse (path, "opening", error);
    return -1;
  }
  opened->allocated_bytes = (guint64)status.st_blocks * 512;
  if (!S_ISREG (status.st_mode)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "\"%s\" is neither a block device nor an image file",
              path);
    return -1;
  }
  if (!busy && !tpl_busy_check_file (fd, path, error)) {
    opened->is_busy = TRUE;
    return -1;
  }
  int kept = fd;
  fd = -1;
  return kept;
}

/* O_EXCL fails where the device is mounted, or something is stacked on it. */
static int
open_device (const char *path, gboolean busy, TplOpened *opened, GError **error)
{
  g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC | (busy ? 0 : O_EXCL));
  if (fd < 0) {
    opened->is_busy = errno == EBUSY;
    if (opened->is_busy)
      tpl_fail (error, TPL_ERROR_REFUSED,
                "\"%s\" is in use on this host (mounted, or something is stacked on it)", path);
    else
      refuse (path, "opening", error);
    return -1;
  }
  if (ioctl (fd, BLKGETSIZE64, &opened->size_bytes) != 0) {
    refuse (path, "asking for the size of", error);
    return -1;
  }
  opened->allocated_bytes = opened->size_bytes;
  int kept = fd;
  fd = -1;
  return kept;
}

static TplDisk *open_chain (const char *path, const char *said, gboolean busy, int depth,
                            TplOpened *opened, GError **error);

/* Names count from the folder of the image that names them. */
static gboolean
open_backing (TplDisk *file, const char *path, int depth, TplDisk **backing, GError **error)
{
  g_autofree char *format = NULL;
  g_autofree char *name = tpl_qcow2_backing_name (file, &format);
  TplOpened opened = { 0 };
  if (!name)
    return TRUE;
  if (depth >= CHAIN_MOST || g_str_has_prefix (name, "json:") || strstr (name, "://"))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" has a backing file that can't be read here (\"%s\")", path, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *whole
      = g_path_is_absolute (name) ? g_strdup (name) : g_build_filename (folder, name, NULL);
  /* Others may have it open: nobody writes to a backing file. */
  *backing = open_chain (whole, format, TRUE, depth + 1, &opened, error);
  return *backing != NULL;
}

static TplDisk *
open_chain (const char *path, const char *said, gboolean busy, int depth, TplOpened *opened,
            GError **error)
{
  static const char *const known[] = { "raw", "qcow2", NULL };
  struct stat status;
  if (said && !g_strv_contains (known, said)) {
    tpl_fail (error, TPL_ERROR_REFUSED,
              "\"%s\" has the format %s: only raw and qcow2 are supported", path, said);
    return NULL;
  }
  if (stat (path, &status) != 0) {
    refuse (path, "looking for", error);
    return NULL;
  }
  const gboolean is_device = S_ISBLK (status.st_mode);
  if (!is_device && !S_ISREG (status.st_mode)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "\"%s\" is neither a block device nor an image file",
              path);
    return NULL;
  }
  g_auto (TplFd) fd = is_device ? open_device (path, busy, opened, error)
                                : open_file (path, busy, opened, error);
  if (fd < 0)
    return NULL;
  guint64 file_bytes = is_device ? opened->size_bytes : (guint64)status.st_size;
  if (is_device)
    opened->format = g_strcmp0 (said, "qcow2") == 0 ? "qcow2" : "raw";
  else if (!tpl_image_choose_format (fd, path, said, &opened->format, &opened->size_bytes, error))
    return NULL;
  TplDisk *file = tpl_disk_new_raw (fd, file_bytes, path);
  fd = -1;
  if (strcmp (opened->format, "raw") == 0)
    return file;
  TplDisk *backing = NULL;
  if (!open_backing (file, path, depth, &backing, error)) {
    tpl_disk_free (file);
    return NULL;
  }
  TplDisk *image = tpl_disk_new_qcow2 (file, backing, error);
  if (image)
    opened->size_bytes = image->size_bytes;
  else
    g_prefix_error (error, "\"%s\": ", path);
  return image;
}

gboolean
tpl_survey_open (const char *path, const char *said, gboolean busy, TplOpened *opened,
                 GError **error)
{
  *opened = (TplOpened){ 0 };
  opened->disk = open_chain (path, said, busy, 0, opened, error);
  return opened->disk != NULL;
}
