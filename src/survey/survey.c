/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The public interface: which disks there are, and a look at each. */
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "host.h"
#include "libvirt/connect.h"
#include "survey/estimate.h"
#include "survey/item.h"

/* Of a file in a folder: smaller ones are no disks, and what bears another suffix is no image. */
#define IMAGE_BYTES_LEAST (1024 * 1024)

typedef struct {
  GPtrArray *disks;
  GHashTable *known; /* what tells a device or file -> TplSurveyDisk, borrowed */
} Survey;

/* Whatever it is called: NULL if it does not exist. */
static char *
identity_of (const char *path)
{
  struct stat status;
  if (!path || stat (path, &status) != 0)
    return NULL;
  return S_ISBLK (status.st_mode)
             ? g_strdup_printf ("device %" G_GUINT64_FORMAT, (guint64)status.st_rdev)
             : g_strdup_printf ("file %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                                (guint64)status.st_ino, (guint64)status.st_dev);
}

/* Adds a disk, unless it is there under whatever name. */
static TplSurveyDisk *
add (Survey *survey, const char *path)
{
  g_autofree char *identity = identity_of (path);
  TplSurveyDisk *disk = identity ? g_hash_table_lookup (survey->known, identity) : NULL;
  if (disk)
    return disk;
  disk = tpl_survey_disk_new (path);
  g_ptr_array_add (survey->disks, disk);
  if (identity)
    g_hash_table_insert (survey->known, g_steal_pointer (&identity), disk);
  return disk;
}

static gboolean
is_image (const char *path)
{
  static const char *const others[]
      = { ".iso", ".xml", ".log", ".txt", ".gz", ".xz", ".zst", ".bz2", ".zip", ".sha256", NULL };
  struct stat status;
  for (const char *const *suffix = others; *suffix; suffix++)
    if (g_str_has_suffix (path, *suffix))
      return FALSE;
  return stat (path, &status) == 0
         && (S_ISBLK (status.st_mode)
             || (S_ISREG (status.st_mode)
                 && (status.st_size >= IMAGE_BYTES_LEAST || g_str_has_suffix (path, ".qcow2"))));
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The images right in it, in the order of their names. */
static gboolean
add_folder (Survey *survey, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  if (!folder)
    return FALSE;
  for (const char *name; (name = g_dir_read_name (folder));)
    if (*name != '.')
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++)
    if (is_image (names->pdata[i]))
      add (survey, names->pdata[i]);
  return TRUE;
}

static void
add_path (Survey *survey, const char *path)
{
  g_autoptr (GError) error = NULL;
  if (!g_file_test (path, G_FILE_TEST_IS_DIR)) {
    add (survey, path);
    return;
  }
  if (add_folder (survey, path, &error))
    return;
  TplSurveyDisk *disk = add (survey, path);
  disk->state = TPL_SURVEY_UNREADABLE;
  disk->status = TPL_ERROR_REFUSED;
  disk->reason = g_strdup (error->message);
}

/* Whose the disks are. Without `all`, others' than those that are there already are left out. */
static gboolean
add_domains (Survey *survey, TplVirt *virt, gboolean all, GError **error)
{
  g_autoptr (GPtrArray) disks = tpl_virt_disks (virt, error);
  for (guint i = 0; disks && i < disks->len; i++) {
    const TplVirtDisk *of_domain = disks->pdata[i];
    g_autofree char *identity = identity_of (of_domain->path);
    TplSurveyDisk *disk = all        ? add (survey, of_domain->path)
                          : identity ? g_hash_table_lookup (survey->known, identity)
                                     : NULL;
    if (disk)
      tpl_survey_disk_add_domain (disk, of_domain);
  }
  return disks != NULL;
}

/* Paths may be surveyed without libvirt, unless it was asked for. */
static gboolean
ask_libvirt (Survey *survey, const char *said, gboolean all, GError **error)
{
  const char *uri = tpl_virt_named_uri (said);
  g_autoptr (GError) why = NULL;
  if (!uri)
    uri = tpl_virt_present_uri ();
  if (!uri)
    return !all
           || tpl_fail (error, TPL_ERROR_REFUSED,
                        "no daemon of libvirt is here: name the disks, or say --connect");
  g_autoptr (TplVirt) virt = tpl_virt_open (uri, &why);
  if (virt && add_domains (survey, virt, all, &why))
    return TRUE;
  if (!all && !said)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
look (Survey *survey, gboolean read_running, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < survey->disks->len; i++) {
    if (g_cancellable_is_cancelled (cancellable))
      return tpl_fail (error, TPL_ERROR_CANCELLED, "stopped on request");
    tpl_survey_disk_look (survey->disks->pdata[i], read_running);
  }
  return TRUE;
}

static void
estimate_times (const GPtrArray *disks, gboolean kvm)
{
  for (guint i = 0; i < disks->len; i++) {
    TplSurveyDisk *disk = disks->pdata[i];
    if (disk->predicted_bytes != 0)
      disk->estimated_seconds = tpl_survey_seconds (disk->used_bytes, disk->inodes, kvm);
  }
}

GPtrArray *
tpl_survey (const char *const *paths, const char *uri, gboolean read_running,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) disks
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_survey_disk_free);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Survey survey = { disks, known };
  const gboolean all = !paths || !*paths;
  for (const char *const *path = paths; !all && *path; path++)
    add_path (&survey, *path);
  if (!ask_libvirt (&survey, uri, all, error)
      || !look (&survey, read_running, cancellable, error))
    return NULL;
  estimate_times (disks, tpl_host_kvm_may_work ());
  return g_steal_pointer (&disks);
}
