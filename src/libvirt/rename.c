/* SPDX-License-Identifier: GPL-3.0-or-later */
/** libvirt gives no volume another name, so it is done below it, and libvirt looks again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "adapt/process.h"
#include "error.h"
#include "libvirt/volume.h"

static gboolean
rename_file (const char *folder, const char *from, const char *to, GError **error)
{
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return (fd >= 0 && renameat2 (fd, from, fd, to, RENAME_NOREPLACE) == 0 && fsync (fd) == 0)
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "giving \"%s/%s\" the name \"%s\": %s", folder,
                      from, to, g_strerror (errno));
}

static gboolean
rename_logical (const char *folder, const char *from, const char *to, GError **error)
{
  g_autofree char *group = g_path_get_basename (folder);
  const char *argv[] = { "lvrename", group, from, to, NULL };
  return tpl_process_run (argv, NULL, NULL, error);
}

gboolean
tpl_virt_volume_rename (TplVirt *virt, const char *pool, const char *from, const char *to,
                        GError **error)
{
  g_autoptr (virStoragePool) held = virStoragePoolLookupByName (virt->connection, pool);
  if (!held)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for the pool \"%s\"", pool);
  g_autofree char *type = tpl_virt_pool_text (held, "/pool/@type");
  g_autofree char *folder = tpl_virt_pool_text (held, "/pool/target/path");
  static const char *const file_pools[] = { "dir", "fs", "netfs", NULL };
  gboolean has_files = type && g_strv_contains (file_pools, type);
  if (!folder || !(has_files || g_strcmp0 (type, "logical") == 0))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the pool \"%s\" is of a kind (%s) in which no volume is renamed", pool,
                     type ? type : "unknown");
  gboolean done = has_files ? rename_file (folder, from, to, error)
                            : rename_logical (folder, from, to, error);
  virStoragePoolRefresh (held, 0);
  return done;
}
