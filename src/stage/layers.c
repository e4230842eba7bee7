/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/layers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "adapt/image-chain.h"
#include "error.h"
#include "stage/busy.h"

/* The file that a loop device, or the one that a partition is on, serves. */
static void
find_loop_file (TplPlace *place)
{
  static const char *const places[] = { "loop", "../loop", NULL };
  struct stat status;
  if (fstat (place->fd, &status) != 0)
    return;
  for (size_t i = 0; places[i]; i++) {
    g_autofree char *attribute
        = g_strdup_printf ("/sys/dev/block/%u:%u/%s/backing_file", major (status.st_rdev),
                           minor (status.st_rdev), places[i]);
    g_autofree char *file = NULL;
    if (g_file_get_contents (attribute, &file, NULL, NULL))
      g_ptr_array_add (place->layers, g_strdup (g_strchomp (file)));
  }
}

static gboolean
check_layer (const TplPlace *place, const char *path, GError **error)
{
  g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat (fd, &status) != 0
      || (!S_ISREG (status.st_mode) && !S_ISBLK (status.st_mode)))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" lies on \"%s\", which is no file or block device of this host: make an "
                     "image that lies on none (qemu-img convert)",
                     place->path, path);
  return S_ISBLK (status.st_mode) || tpl_busy_check_file (fd, path, error);
}

static gboolean
find_chain (TplRun *run, TplPlace *place, GError **error)
{
  g_autoptr (TplImageChain) chain = tpl_image_chain (place->path, run->cancellable, error);
  if (!chain)
    return FALSE;
  if (chain->is_encrypted)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" is, or lies on, an encrypted image: decrypt it first (qemu-img convert)",
                     place->path);
  for (guint i = 0; i < chain->files->len; i++) {
    if (!check_layer (place, chain->files->pdata[i], error))
      return FALSE;
    g_ptr_array_add (place->layers, g_strdup (chain->files->pdata[i]));
  }
  if (chain->snapshots > 0)
    tpl_run_note (run, TPL_EVENT_WARNING,
                  "\"%s\" holds %" G_GUINT64_FORMAT
                  " internal snapshots, which are not carried over: the target is made of its "
                  "present state alone",
                  place->path, chain->snapshots);
  return TRUE;
}

gboolean
tpl_layers_find (TplRun *run, TplPlace *place, GError **error)
{
  if (!place->layers)
    place->layers = g_ptr_array_new_with_free_func (g_free);
  if (place->is_device)
    find_loop_file (place);
  return g_strcmp0 (place->format, "qcow2") != 0 || find_chain (run, place, error);
}

static gboolean
is_same (const char *a, const char *b)
{
  struct stat left, right;
  if (stat (a, &left) != 0 || stat (b, &right) != 0)
    return FALSE;
  if (S_ISBLK (left.st_mode) && S_ISBLK (right.st_mode))
    return left.st_rdev == right.st_rdev;
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* The first path that is a place, or lies below it, and the other one as well; NULL: none. */
static const char *
shared_path (const TplPlace *a, const TplPlace *b)
{
  for (guint i = 0; i <= a->layers->len; i++)
    for (guint j = 0; j <= (b->layers ? b->layers->len : 0); j++) {
      const char *left = i == 0 ? a->path : a->layers->pdata[i - 1];
      if (is_same (left, j == 0 ? b->path : b->layers->pdata[j - 1]))
        return left;
    }
  return NULL;
}

static gboolean
check_apart (const char *read_role, const TplPlace *read, const char *role, const TplPlace *other,
             GError **error)
{
  const char *shared = other->path ? shared_path (read, other) : NULL;
  if (!shared)
    return TRUE;
  if (is_same (read->path, other->path))
    return tpl_fail (error, TPL_ERROR_REFUSED, "%s \"%s\" is %s itself: name another", role,
                     other->path, read_role);
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "%s \"%s\" and %s \"%s\" both lie on \"%s\": name another %s",
                   role, other->path, read_role, read->path, shared, role);
}

gboolean
tpl_layers_check_apart (const TplRun *run, GError **error)
{
  if (!check_apart ("SOURCE", &run->source, "TARGET", &run->target, error))
    return FALSE;
  for (guint i = 0; i < run->others->len; i++) {
    const TplPlace *disk = run->others->pdata[i];
    if (!check_apart ("SOURCE", &run->source, "--disk", disk, error)
        || !check_apart ("--disk", disk, "TARGET", &run->target, error))
      return FALSE;
  }
  return TRUE;
}
