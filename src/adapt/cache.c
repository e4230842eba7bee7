/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

#define UNUSED_SECONDS (30 * 24 * 3600)

gboolean
tpl_cache_append (GString *list, const char *path)
{
  struct stat status;
  if (stat (path, &status) != 0)
    return FALSE;
  g_string_append_printf (list, "%jd %jd.%09ld %ju %s\n", (intmax_t)status.st_size,
                          (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                          (uintmax_t)status.st_ino, path);
  return TRUE;
}

/* Whether the same list would be made now. */
static gboolean
is_current (const char *list)
{
  g_autoptr (GString) now = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (list, "\n", -1);
  for (guint i = 0; lines[i] && lines[i][0]; i++) {
    const char *path = strchr (lines[i], '/');
    if (!path || !tpl_cache_append (now, path))
      return FALSE;
  }
  return strcmp (now->str, list) == 0;
}

const char *
tpl_cache_parent (void)
{
  const char *parent = g_getenv ("LIBGUESTFS_CACHEDIR");
  if (!parent)
    parent = g_getenv ("TMPDIR");
  return parent ? parent : "/var/tmp";
}

char *
tpl_cache_path (const char *parent)
{
  return g_strdup_printf ("%s/.tpl-shrink-%u", parent, (guint)geteuid ());
}

char *
tpl_cache_folder (void)
{
  g_autofree char *path = tpl_cache_path (tpl_cache_parent ());
  GStatBuf status;
  if ((g_mkdir (path, 0700) != 0 && errno != EEXIST) || g_lstat (path, &status) != 0
      || !S_ISDIR (status.st_mode) || status.st_uid != geteuid () || (status.st_mode & 0077) != 0)
    return NULL;
  return g_steal_pointer (&path);
}

/* Named after its list: what was made of other files is another image. */
static char *
image_path (const char *folder, const char *list)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, list, -1);
  return g_strdup_printf ("%s/%s.img", folder, sum);
}

static char *
list_path (const char *folder, const char *key)
{
  return g_strdup_printf ("%s/%s.list", folder, key);
}

/* The time of the last use. */
static gboolean
touch (const char *path)
{
  return utimensat (AT_FDCWD, path, NULL, 0) == 0;
}

char *
tpl_cache_find (const char *folder, const char *key)
{
  g_autofree char *list_file = list_path (folder, key);
  g_autofree char *list = NULL;
  if (!g_file_get_contents (list_file, &list, NULL, NULL) || !is_current (list))
    return NULL;
  g_autofree char *image = image_path (folder, list);
  return touch (image) && touch (list_file) ? g_steal_pointer (&image) : NULL;
}

static void
remove_unused (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name;
  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    GStatBuf status;
    if (g_lstat (path, &status) == 0 && now - status.st_mtime > UNUSED_SECONDS)
      g_unlink (path);
  }
}

int
tpl_cache_begin (const char *folder)
{
  remove_unused (folder);
  return open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

char *
tpl_cache_keep (const char *folder, const char *key, const char *list, int fd,
                GError **error)
{
  g_autofree char *image = image_path (folder, list);
  g_autofree char *list_file = list_path (folder, key);
  g_autofree char *nameless = g_strdup_printf ("/proc/self/fd/%d", fd);
  gboolean kept
      = fsync (fd) == 0
        && (linkat (AT_FDCWD, nameless, AT_FDCWD, image, AT_SYMLINK_FOLLOW) == 0
            || errno == EEXIST);
  if (!kept) {
    tpl_fail (error, TPL_ERROR_FAILED, "keeping the appliance's toolbox as \"%s\": %s", image,
              g_strerror (errno));
    return NULL;
  }
  if (!g_file_set_contents (list_file, list, -1, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    return NULL;
  }
  return g_steal_pointer (&image);
}
