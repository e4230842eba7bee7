/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "error.h"

#define PREFIX "tpl-shrink-"

static const char *
temporary_folder (void)
{
  const char *named = g_getenv ("TMPDIR");
  return named && *named ? named : "/var/tmp"; /* overlays are too large for a /tmp in memory */
}

static void
remove_tree (int parent, const char *name)
{
  TplFd fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    unlinkat (parent, name, 0);
    return;
  }
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  for (const char *entry; folder && (entry = g_dir_read_name (folder));)
    remove_tree (fd, entry);
  tpl_fd_clear (&fd);
  unlinkat (parent, name, AT_REMOVEDIR);
}

void
tpl_scratch_remove (const char *folder)
{
  remove_tree (AT_FDCWD, folder);
}

/* A folder of ours whose lock nobody holds belongs to a run that is dead. */
static void
remove_if_dead (const char *folder)
{
  struct stat status;
  if (lstat (folder, &status) != 0 || !S_ISDIR (status.st_mode) || status.st_uid != geteuid ())
    return;
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    tpl_scratch_remove (folder);
}

static void
remove_dead (const char *parent)
{
  g_autoptr (GDir) folder = g_dir_open (parent, 0, NULL);
  for (const char *entry; folder && (entry = g_dir_read_name (folder));) {
    if (!g_str_has_prefix (entry, PREFIX))
      continue;
    g_autofree char *path = g_build_filename (parent, entry, NULL);
    remove_if_dead (path);
  }
}

char *
tpl_scratch_new (int *lock_fd, GError **error)
{
  const char *parent = temporary_folder ();
  remove_dead (parent);
  g_autofree char *folder = g_build_filename (parent, PREFIX "XXXXXX", NULL);
  if (!g_mkdtemp_full (folder, 0700)) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making a scratch folder in \"%s\": %s", parent,
              g_strerror (errno));
    return NULL;
  }
  *lock_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*lock_fd < 0 || flock (*lock_fd, LOCK_EX | LOCK_NB) != 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "locking the scratch folder \"%s\": %s", folder,
              g_strerror (errno));
    return NULL;
  }
  return g_steal_pointer (&folder);
}
