/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/guest.h"

#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "fs/fs.h"
#include "helper/guest-glob.h"
#include "helper/newc.h"
#include "stage/fstab.h"
#include "stage/loaders.h"

#define GUEST_FOLDER TPL_GUEST_FOLDER
/* Before a file's path in what gather makes (helper/guest-gather.c). */
#define FILE_MARK "file!"

GBytes *
tpl_guest_gather (TplRun *run, const char *folder, const char *list, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (list, strlen (list));
  const char *argv[] = { "tpl-helper", "gather", folder, "/tmp/list", "/tmp/gathered", NULL };
  if (!tpl_appliance_put (run->appliance, "/tmp/list", bytes, error)
      || !tpl_appliance_run (run->appliance, argv, NULL, NULL, error))
    return NULL;
  return tpl_appliance_get (run->appliance, "/tmp/gathered", error);
}

/* The first of these files (ends with NULL) that the archive holds, as text; NULL: none. */
static char *
text_of (GBytes *archive, const char *const *names)
{
  for (size_t i = 0; names[i]; i++) {
    struct tpl_newc_reader reader = { 0 };
    struct tpl_newc_member member;
    reader.data = g_bytes_get_data (archive, &reader.size_bytes);
    while (tpl_newc_next (&reader, &member) == TPL_NEWC_MEMBER)
      if (strcmp (member.name, names[i]) == 0)
        return g_strndup (member.content, member.header.size_bytes);
  }
  return NULL;
}

/* A value of os-release(5), unquoted; NULL if it has none. Safe for a terminal. */
static char *
os_release (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  size_t length = strlen (key);
  for (size_t i = 0; lines[i]; i++) {
    if (strncmp (lines[i], key, length) != 0 || lines[i][length] != '=')
      continue;
    g_autofree char *value = g_shell_unquote (g_strchomp (lines[i] + length + 1), NULL);
    return value ? g_strescape (value, "\"") : NULL;
  }
  return NULL;
}

static gboolean
take_root (TplRun *run, TplVolume *volume, const char *fstab, const char *crypttab,
           const char *release, GError **error)
{
  TplGuest *guest = run->inventory->guest;
  if (guest->root_id)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "both %s and %s hold a system: which one is the guest's can't be told",
                     guest->root_id, volume->id);
  guest->root_id = g_strdup (volume->id);
  guest->os_id = os_release (release, "ID");
  guest->os_version = os_release (release, "VERSION_ID");
  guest->os_name = os_release (release, "PRETTY_NAME");
  g_autoptr (GPtrArray) foreign = tpl_fstab_apply (fstab, crypttab, run->inventory->layout);
  for (guint i = 0; i < foreign->len; i++)
    tpl_run_note (run, TPL_EVENT_WARNING, "the guest's fstab names %s, which is not on this disk",
                  (const char *)foreign->pdata[i]);
  if (!volume->mountpoint)
    volume->mountpoint = g_strdup ("/");
  return TRUE;
}

/* What to look at in each filesystem, in the form that gather reads. */
static char *
look_list (void)
{
  GString *list = g_string_new ("file /etc/fstab\nfile /etc/crypttab\nfile /etc/os-release\n"
                                "file /usr/lib/os-release\n");
  for (const TplBootDriver *const *driver = tpl_boot_drivers (); *driver; driver++) {
    tpl_loaders_add_globs (list, "file", (*driver)->texts);
    tpl_loaders_add_globs (list, "exists", (*driver)->programs);
  }
  return g_string_free (list, FALSE);
}

static void
keep_boot_file (TplRun *run, const TplVolume *volume, const char *path, GBytes *content)
{
  gboolean known = FALSE;
  for (const TplBootDriver *const *driver = tpl_boot_drivers (); *driver; driver++) {
    gboolean program = tpl_boot_globs_match ((*driver)->programs, path);
    known = known || program || tpl_boot_globs_match ((*driver)->texts, path);
    if (program && (*driver)->uefi && !run->esp_id && !tpl_glob_match ("/EFI/Linux/*", path))
      run->esp_id = g_strdup (volume->id);
  }
  if (known)
    g_hash_table_insert (run->boot_files, g_strdup (path), g_bytes_ref (content));
}

static void
keep_boot_files (TplRun *run, const TplVolume *volume, GBytes *archive)
{
  struct tpl_newc_reader reader = { 0 };
  struct tpl_newc_member member;
  reader.data = g_bytes_get_data (archive, &reader.size_bytes);
  while (tpl_newc_next (&reader, &member) == TPL_NEWC_MEMBER) {
    const char *mark = strchr (member.name, '!');
    g_autoptr (GBytes) content = g_bytes_new (member.content, member.header.size_bytes);
    if (mark)
      keep_boot_file (run, volume, mark + 1, content);
  }
}

static gboolean
look_into (TplRun *run, TplVolume *volume, GError **error)
{
  g_autofree char *list = look_list ();
  static const char *const fstab_names[] = { FILE_MARK "/etc/fstab", NULL };
  static const char *const crypttab_names[] = { FILE_MARK "/etc/crypttab", NULL };
  static const char *const release_names[]
      = { FILE_MARK "/etc/os-release", FILE_MARK "/usr/lib/os-release", NULL };
  g_autofree char *folder = tpl_run_folder (run, "src", volume);
  g_autoptr (GBytes) files = tpl_guest_gather (run, folder, list, error);
  if (!files)
    return FALSE;
  keep_boot_files (run, volume, files);
  g_autofree char *fstab = text_of (files, fstab_names);
  g_autofree char *crypttab = text_of (files, crypttab_names);
  g_autofree char *release = text_of (files, release_names);
  return !fstab || !release || take_root (run, volume, fstab, crypttab, release, error);
}

gboolean
tpl_guest_inspect (TplRun *run, GError **error)
{
  TplGuest *guest = run->inventory->guest = tpl_value_new (&tpl_guest_type);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len; i++) {
    TplVolume *volume = volumes->pdata[i];
    const TplFsDriver *driver = tpl_fs_find (volume->type);
    if (driver && driver->read_options && !look_into (run, volume, error))
      return FALSE;
  }
  g_autoptr (GPtrArray) loaders = tpl_loaders_find (run, error);
  if (!loaders)
    return FALSE;
  if (loaders->len > 0)
    guest->boot_loader = g_strdup (((const TplBootDriver *)loaders->pdata[0])->name);
  return !guest->root_id || tpl_loaders_mount_by_type (run, error);
}

static gint
by_mountpoint (gconstpointer a, gconstpointer b)
{
  const TplVolume *const *left = a, *const *right = b;
  return strcmp ((*left)->mountpoint, (*right)->mountpoint);
}

/* The guest's mounted filesystems, parents first. */
static GPtrArray *
mounted_volumes (const TplRun *run)
{
  g_autoptr (GPtrArray) copied = tpl_run_copied_volumes (run);
  GPtrArray *mounted = g_ptr_array_new ();
  for (guint i = 0; i < copied->len; i++) {
    const TplVolume *volume = copied->pdata[i];
    if (volume->mountpoint && *volume->mountpoint == '/')
      g_ptr_array_add (mounted, copied->pdata[i]);
  }
  g_ptr_array_sort (mounted, by_mountpoint);
  return mounted;
}

static char *
mount_folder (const TplVolume *volume)
{
  return strcmp (volume->mountpoint, "/") == 0
             ? g_strdup (GUEST_FOLDER)
             : g_strconcat (GUEST_FOLDER, volume->mountpoint, NULL);
}

gboolean
tpl_guest_mount (TplRun *run, GError **error)
{
  g_autoptr (GPtrArray) volumes = mounted_volumes (run);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    g_autofree char *folder = mount_folder (volume);
    const char *device = g_hash_table_lookup (run->target_devices, volume->id);
    const TplFsDriver *driver = tpl_fs_find (volume->type);
    /* A link in the guest must not lead the mount elsewhere; /guest itself is ours. */
    if (!tpl_appliance_is_plain_folder (run->appliance, folder))
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "the guest mounts %s at %s, which is no plain folder in it", volume->id,
                       volume->mountpoint);
    if (!tpl_appliance_mount (run->appliance, device, driver->write_options, folder, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_guest_unmount (TplRun *run, GError **error)
{
  g_autoptr (GPtrArray) volumes = mounted_volumes (run);
  for (guint i = volumes->len; i > 0; i--) {
    g_autofree char *folder = mount_folder (volumes->pdata[i - 1]);
    if (!tpl_appliance_unmount (run->appliance, folder, error))
      return FALSE;
  }
  return TRUE;
}
