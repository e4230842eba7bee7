/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/place.h"

#include "libvirt/listing.h"
#include "libvirt/place.h"
#include "plan/size.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

static TplVirt *
connect_to (const char *uri)
{
  const char *named = tpl_virt_named_uri (uri);
  if (named == NULL)
    named = tpl_virt_present_uri ();
  return named != NULL ? tpl_virt_open (named, NULL) : NULL;
}

/* A path is libvirt's only where a volume is to be made: of a logical pool. */
static gboolean
concerns_libvirt (const char *word)
{
  return tpl_virt_is_name (word) ||
         (g_str_has_prefix (word, "/dev/") && !g_file_test (word, G_FILE_TEST_EXISTS));
}

TplBatchPlace *
tpl_batch_place_find (const char *word, const char *connect)
{
  TplBatchPlace *place = g_new0 (TplBatchPlace, 1);
  g_autoptr (TplVirt) virt = concerns_libvirt (word) ? connect_to (connect) : NULL;
  g_autoptr (TplVirtPlace) found = virt != NULL ? tpl_virt_place_find (virt, word, NULL) : NULL;
  if (found != NULL) {
    place->path = g_strdup (found->path);
    place->pool = !found->exists ? g_strdup (found->pool) : NULL;
  } else if (!tpl_virt_is_name (word))
    place->path = g_strdup (word);
  place->key = place->path != NULL ? tpl_batch_disk_key (place->path) : g_strdup (word);
  return place;
}

void
tpl_batch_place_free (TplBatchPlace *place)
{
  if (place == NULL)
    return;
  g_free (place->path);
  g_free (place->key);
  g_free (place->pool);
  g_free (place);
}

gboolean
tpl_batch_place_room (const TplBatchPlace *place, const char *connect, char **store,
                      guint64 *free_bytes)
{
  if (place->pool != NULL) {
    g_autoptr (TplVirt) virt = connect_to (connect);
    *store = g_strdup_printf ("pool %s", place->pool);
    return virt != NULL && tpl_virt_pool_available (virt, place->pool, free_bytes);
  }
  if (place->path == NULL || g_str_has_prefix (place->key, "device "))
    return FALSE;
  g_autofree char *folder = g_path_get_dirname (place->path);
  struct statvfs filesystem;
  struct stat status;
  if (stat (folder, &status) != 0 || statvfs (folder, &filesystem) != 0)
    return FALSE;
  *store = g_strdup_printf ("filesystem %u:%u", major (status.st_dev), minor (status.st_dev));
  *free_bytes = tpl_size_multiply (filesystem.f_bavail, filesystem.f_frsize);
  return TRUE;
}

char *
tpl_batch_place_work_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *work = g_strdup_printf (".%s.tpl-shrink", name);
  return g_build_filename (folder, work, NULL);
}
