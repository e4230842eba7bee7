/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/busy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "error.h"

#define QEMU_USED_BYTE     100
#define QEMU_UNSHARED_BYTE 200
#define QEMU_WRITE         1
#define QEMU_RESIZE        3
#define QEMU_PERMISSIONS   64 /* there are fewer */

/* Linux's Documentation/block/stat.rst: "write sectors", also those of what is stacked on it. */
#define STAT_SECTORS_WRITTEN 6

static gboolean
serves_a_loop_device (const struct stat *file, char **device)
{
  g_autoptr (GDir) blocks = g_dir_open ("/sys/block", 0, NULL);
  for (const char *name; blocks && (name = g_dir_read_name (blocks));) {
    g_autofree char *attribute
        = g_strdup_printf ("/sys/block/%s/loop/backing_file", name);
    g_autofree char *backing = NULL;
    struct stat status;
    if (!g_str_has_prefix (name, "loop")
        || !g_file_get_contents (attribute, &backing, NULL, NULL)
        || stat (g_strchomp (backing), &status) != 0)
      continue;
    if (status.st_dev == file->st_dev && status.st_ino == file->st_ino) {
      *device = g_strdup_printf ("/dev/%s", name);
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
tpl_busy_check_file (int fd, const char *path, GError **error)
{
  struct stat status;
  g_autofree char *device = NULL;
  if (fstat (fd, &status) == 0 && serves_a_loop_device (&status, &device))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" is attached to %s: detach it first (losetup -d %s)", path, device,
                     device);
  return TRUE;
}

/* QEMU's locks are read locks, which don't stand in the way of others: whether there is one shows
 * when a write lock is asked for. A filesystem without locks has none. */
static gboolean
is_locked (int fd, off_t start, off_t length)
{
  struct flock lock
      = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length };
  return fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static void
keep_to_us (int fd, int permission)
{
  struct flock lock = { .l_type = F_RDLCK,
                        .l_whence = SEEK_SET,
                        .l_start = QEMU_UNSHARED_BYTE + permission,
                        .l_len = 1 };
  fcntl (fd, F_OFD_SETLK, &lock);
}

gboolean
tpl_busy_hold_for_reading (int fd, const char *path, GError **error)
{
  /* First the lock, then the look, as QEMU does: of two that come at once, one sees the other. */
  keep_to_us (fd, QEMU_WRITE);
  keep_to_us (fd, QEMU_RESIZE);
  return !is_locked (fd, QEMU_USED_BYTE + QEMU_WRITE, 1)
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "\"%s\" is open for writing in a virtual machine: shut that down first",
                      path);
}

gboolean
tpl_busy_check_unused (int fd, const char *path, GError **error)
{
  return (!is_locked (fd, QEMU_USED_BYTE, QEMU_PERMISSIONS)
          && !is_locked (fd, QEMU_UNSHARED_BYTE, QEMU_PERMISSIONS))
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "\"%s\" is open in a virtual machine, or read by another run: end that first",
                      path);
}

int
tpl_busy_open_device (const char *path, int flags, GError **error)
{
  int fd = open (path, flags | O_EXCL | O_CLOEXEC);
  if (fd < 0 && errno == EBUSY)
    tpl_fail (error, TPL_ERROR_REFUSED,
              "\"%s\" is in use on this host (mounted, or something is stacked on it): see "
              "lsblk \"%s\"",
              path, path);
  else if (fd < 0)
    tpl_fail (error, TPL_ERROR_REFUSED, "opening \"%s\": %s", path, g_strerror (errno));
  return fd;
}

static char *
sectors_written (dev_t device)
{
  g_autofree char *path
      = g_strdup_printf ("/sys/dev/block/%u:%u/stat", major (device), minor (device));
  g_autofree char *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  g_auto (GStrv) words = g_strsplit_set (text, " \n", -1);
  int number = 0;
  for (char **word = words; *word; word++)
    if (**word && number++ == STAT_SECTORS_WRITTEN)
      return g_strdup (*word);
  return NULL;
}

char *
tpl_busy_mark (int fd)
{
  struct stat status;
  if (fstat (fd, &status) != 0)
    return NULL;
  if (S_ISBLK (status.st_mode))
    return sectors_written (status.st_rdev);
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld",
                          (gint64)status.st_size, (gint64)status.st_mtim.tv_sec,
                          status.st_mtim.tv_nsec);
}

gboolean
tpl_busy_check_unwritten (int fd, const char *path, const char *mark, GError **error)
{
  g_autofree char *now = tpl_busy_mark (fd);
  return g_strcmp0 (now, mark) == 0
         || tpl_fail (error, TPL_ERROR_RETRIABLE,
                      "\"%s\" was written to while it was read: see who has it open (fuser -v "
                      "\"%s\"), and try again",
                      path, path);
}
