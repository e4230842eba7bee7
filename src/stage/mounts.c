/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/mounts.h"

#include <string.h>

#include "error.h"
#include "fs/fs.h"
#include "stage/guest-files.h"

/* Of the top of every btrfs; 0 in an option means the same. */
#define TOP_SUBVOLUME 5

static const TplSubvolume *
find_subvolume (const GPtrArray *subvolumes, const TplGuestMount *mount)
{
  for (guint i = 0; i < subvolumes->len; i++) {
    const TplSubvolume *subvolume = subvolumes->pdata[i];
    if (mount->subvolume ? strcmp (subvolume->path, mount->subvolume) == 0
        : mount->subvolume_id ? subvolume->id == mount->subvolume_id
                              : subvolume->is_default)
      return subvolume;
  }
  return NULL;
}

/* The path of the subvolume that a line of fstab means. */
static const char *
path_of (const TplRun *run, const TplGuestMount *mount)
{
  const GPtrArray *subvolumes = g_hash_table_lookup (run->subvolumes, mount->volume_id);
  const TplSubvolume *subvolume = subvolumes ? find_subvolume (subvolumes, mount) : NULL;
  if (subvolume)
    return subvolume->path;
  return mount->subvolume ? mount->subvolume : "";
}

static const TplGuestMount *
mount_at (const GPtrArray *mounts, const char *mountpoint)
{
  for (guint i = 0; i < mounts->len; i++) {
    const TplGuestMount *mount = mounts->pdata[i];
    if (strcmp (mount->mountpoint, mountpoint) == 0)
      return mount;
  }
  return NULL;
}

gboolean
tpl_mounts_have_root (const TplRun *run, const GPtrArray *mounts, const TplVolume *volume,
                      const char *subvolume)
{
  const TplGuestMount *root = mount_at (mounts, "/");
  if (!g_hash_table_contains (run->subvolumes, volume->id))
    return TRUE;
  /* Without a line of its own, the root is what is mounted by default. */
  TplGuestMount usual = { .volume_id = volume->id };
  root = root ? root : &usual;
  return strcmp (root->volume_id, volume->id) == 0 && strcmp (path_of (run, root), subvolume) == 0;
}

static void
add (TplRun *run, const TplGuestMount *mount, const char *subvolume)
{
  TplVolume *volume = tpl_layout_find (run->inventory->layout, mount->volume_id);
  TplGuestMount *added = g_new0 (TplGuestMount, 1);
  added->volume_id = g_strdup (mount->volume_id);
  added->mountpoint = g_strdup (mount->mountpoint);
  added->subvolume = g_strdup (subvolume);
  g_ptr_array_add (run->mounts, added);
  /* Of the places of a filesystem's subvolumes, the root says most. */
  if (volume->mountpoint && strcmp (mount->mountpoint, "/") != 0)
    return;
  g_free (volume->mountpoint);
  volume->mountpoint = g_strdup (mount->mountpoint);
}

/* What the copy does not have, or can't be told to mount. */
static gboolean
check_subvolume (TplRun *run, const TplGuestMount *mount, const char *path, GError **error)
{
  const GPtrArray *subvolumes = g_hash_table_lookup (run->subvolumes, mount->volume_id);
  const TplSubvolume *subvolume = find_subvolume (subvolumes, mount);
  g_autofree char *name = g_strescape (path, "\"");
  if (subvolume && subvolume->is_snapshot && strcmp (run->request->snapshots, "drop") == 0)
    return tpl_fail (
        error, TPL_ERROR_REFUSED,
        "the guest mounts \"%s\" of %s at %s, which is a snapshot and can't be dropped: "
        "use --snapshots flatten",
        name, mount->volume_id, mount->mountpoint);
  if (strchr (path, ','))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the guest mounts \"%s\" of %s, which has a comma in its name: rename it",
                     name, mount->volume_id);
  if (subvolume && subvolume->read_only && strcmp (mount->mountpoint, "/") == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the guest's root, \"%s\" of %s, is a read-only subvolume, and what names the "
                     "disk in it can't be edited: make it writable with btrfs property set",
                     name, mount->volume_id);
  return TRUE;
}

static gboolean
take (TplRun *run, const TplGuestMount *mount, GError **error)
{
  const char *path = path_of (run, mount);
  if (!g_hash_table_contains (run->subvolumes, mount->volume_id)) {
    add (run, mount, NULL);
    return TRUE;
  }
  if (!check_subvolume (run, mount, path, error))
    return FALSE;
  const GPtrArray *subvolumes = g_hash_table_lookup (run->subvolumes, mount->volume_id);
  gboolean is_there = *path == '\0' || find_subvolume (subvolumes, mount)
                      || mount->subvolume_id == TOP_SUBVOLUME;
  if (is_there)
    add (run, mount, path);
  else
    tpl_run_note (run, TPL_EVENT_WARNING,
                  "the guest's fstab mounts a subvolume of %s at %s that is not there",
                  mount->volume_id, mount->mountpoint);
  return TRUE;
}

static gint
by_mountpoint (gconstpointer a, gconstpointer b)
{
  const TplGuestMount *const *left = a, *const *right = b;
  return strcmp ((*left)->mountpoint, (*right)->mountpoint);
}

gboolean
tpl_mounts_take (TplRun *run, const GPtrArray *mounts, TplVolume *root, const char *root_subvolume,
                 GError **error)
{
  /* Whatever fstab says, or does not say, of it. */
  const TplGuestMount own = { .volume_id = root->id,
                              .subvolume = (char *)root_subvolume,
                              .mountpoint = (char *)"/" };
  if (!take (run, &own, error))
    return FALSE;
  for (guint i = 0; i < mounts->len; i++) {
    const TplGuestMount *mount = mounts->pdata[i];
    if (!mount_at (run->mounts, mount->mountpoint) && !take (run, mount, error))
      return FALSE;
  }
  g_ptr_array_sort (run->mounts, by_mountpoint);
  return TRUE;
}

static gboolean
is_mounted (const TplRun *run, const TplVolume *volume)
{
  for (guint i = 0; i < run->mounts->len; i++)
    if (strcmp (((const TplGuestMount *)run->mounts->pdata[i])->volume_id, volume->id) == 0)
      return TRUE;
  return FALSE;
}

void
tpl_mounts_complete (TplRun *run)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (!volume->mountpoint || *volume->mountpoint != '/' || is_mounted (run, volume))
      continue;
    TplGuestMount *mount = g_new0 (TplGuestMount, 1);
    mount->volume_id = g_strdup (volume->id);
    mount->mountpoint = g_strdup (volume->mountpoint);
    g_ptr_array_add (run->mounts, mount);
  }
  g_ptr_array_sort (run->mounts, by_mountpoint);
}

char *
tpl_mounts_source_root (const TplRun *run)
{
  const TplGuestMount *root = mount_at (run->mounts, "/");
  g_autofree char *top = tpl_run_folder (
      run, "src", tpl_layout_find (run->inventory->layout, run->inventory->guest->root_id));
  return root && root->subvolume && *root->subvolume
             ? g_build_filename (top, root->subvolume, NULL)
             : g_steal_pointer (&top);
}

static char *
mount_folder (const TplGuestMount *mount)
{
  return strcmp (mount->mountpoint, "/") == 0
             ? g_strdup (TPL_GUEST_FOLDER)
             : g_strconcat (TPL_GUEST_FOLDER, mount->mountpoint, NULL);
}

/* Whether the target has it, with files. */
static gboolean
is_copied (const TplRun *run, const TplGuestMount *mount)
{
  const TplVolume *volume = tpl_layout_find (run->plan->after, mount->volume_id);
  const TplFsDriver *driver = volume ? tpl_fs_find (volume->type) : NULL;
  return driver && driver->write_options;
}

static gboolean
mount_one (TplRun *run, const TplGuestMount *mount, GError **error)
{
  const TplVolume *volume = tpl_layout_find (run->plan->after, mount->volume_id);
  const char *device = g_hash_table_lookup (run->target_devices, mount->volume_id);
  const char *usual = tpl_fs_find (volume->type)->write_options;
  g_autofree char *options = mount->subvolume
                                 ? g_strdup_printf ("%s,subvol=/%s", usual, mount->subvolume)
                                 : g_strdup (usual);
  g_autofree char *folder = mount_folder (mount);
  /* A link in the guest must not lead the mount elsewhere; /guest itself is ours. */
  if (!tpl_appliance_is_plain_folder (run->appliance, folder))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the guest mounts %s at %s, which is no plain folder in it", mount->volume_id,
                     mount->mountpoint);
  return tpl_appliance_mount (run->appliance, device, volume->type, options, folder, error);
}

gboolean
tpl_mounts_mount (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->mounts->len; i++)
    if (is_copied (run, run->mounts->pdata[i]) && !mount_one (run, run->mounts->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean
tpl_mounts_unmount (TplRun *run, GError **error)
{
  for (guint i = run->mounts->len; i > 0; i--) {
    const TplGuestMount *mount = run->mounts->pdata[i - 1];
    g_autofree char *folder = mount_folder (mount);
    if (is_copied (run, mount) && !tpl_appliance_unmount (run->appliance, folder, error))
      return FALSE;
  }
  return TRUE;
}

const TplGuestMount *
tpl_mounts_of_path (const TplRun *run, const char *path, const char **below)
{
  const TplGuestMount *best = NULL;
  size_t best_length = 0;
  for (guint i = 0; i < run->mounts->len; i++) {
    const TplGuestMount *mount = run->mounts->pdata[i];
    size_t length = strcmp (mount->mountpoint, "/") == 0 ? 0 : strlen (mount->mountpoint);
    gboolean holds = strncmp (path, mount->mountpoint, length) == 0
                     && (length == 0 || path[length] == '/');
    if (holds && (!best || length > best_length)) {
      best = mount;
      best_length = length;
    }
  }
  *below = path + best_length;
  return best;
}

void
tpl_mounts_name_subvolumes (const TplRun *run, TplRefMap *map)
{
  GHashTableIter each;
  gpointer list;
  g_hash_table_iter_init (&each, run->subvolumes);
  while (g_hash_table_iter_next (&each, NULL, &list)) {
    const GPtrArray *subvolumes = list;
    for (guint i = 0; i < subvolumes->len; i++) {
      const TplSubvolume *subvolume = subvolumes->pdata[i];
      tpl_ref_map_add_subvolume (map, subvolume->id, subvolume->path);
    }
  }
}
