/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/guest.h"

#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "fs/fs.h"
#include "helper/guest-glob.h"
#include "helper/newc.h"
#include "stage/fstab.h"
#include "stage/guest-files.h"
#include "stage/loaders.h"
#include "stage/mounts.h"

/* Before a file's path in what gather makes (helper/guest-gather.c). */
#define FILE_MARK "file!"

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

/* `subvolume`: see tpl_mounts_have_root (). */
static gboolean
take_root (TplRun *run, TplVolume *volume, const char *subvolume, const char *fstab,
           const char *crypttab, const char *release, GError **error)
{
  TplGuest *guest = run->inventory->guest;
  g_autoptr (GPtrArray) mounts = tpl_run_mounts_new ();
  g_autoptr (GPtrArray) foreign = tpl_fstab_read (fstab, crypttab, run->inventory->layout, mounts);
  if (!tpl_mounts_have_root (run, mounts, volume, subvolume)) {
    tpl_run_note (run, TPL_EVENT_DEBUG, "%s has a system in \"%s\" that does not mount itself",
                  volume->id, subvolume);
    run->has_other_system = TRUE;
    return TRUE;
  }
  if (guest->root_id)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "both %s and %s hold a system: which one is the guest's can't be told",
                     guest->root_id, volume->id);
  guest->root_id = g_strdup (volume->id);
  guest->os_id = os_release (release, "ID");
  guest->os_version = os_release (release, "VERSION_ID");
  guest->os_name = os_release (release, "PRETTY_NAME");
  for (guint i = 0; i < foreign->len; i++)
    tpl_run_note (run, TPL_EVENT_WARNING, "the guest's fstab names %s, which is not on this disk",
                  (const char *)foreign->pdata[i]);
  return tpl_mounts_take (run, mounts, volume, subvolume, error);
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
look_into (TplRun *run, TplVolume *volume, const char *subvolume, GError **error)
{
  g_autofree char *list = look_list ();
  static const char *const fstab_names[] = { FILE_MARK "/etc/fstab", NULL };
  static const char *const crypttab_names[] = { FILE_MARK "/etc/crypttab", NULL };
  static const char *const release_names[]
      = { FILE_MARK "/etc/os-release", FILE_MARK "/usr/lib/os-release", NULL };
  g_autofree char *top = tpl_run_folder (run, "src", volume);
  g_autofree char *folder = *subvolume ? g_build_filename (top, subvolume, NULL) : g_strdup (top);
  g_autoptr (GBytes) files = tpl_guest_gather (run, folder, list, error);
  if (!files)
    return FALSE;
  keep_boot_files (run, volume, files);
  g_autofree char *fstab = text_of (files, fstab_names);
  g_autofree char *crypttab = text_of (files, crypttab_names);
  g_autofree char *release = text_of (files, release_names);
  return !fstab || !release || take_root (run, volume, subvolume, fstab, crypttab, release, error);
}

/* Snapshots hold systems of other days, unless one is the default. */
static gboolean
look_into_subvolumes (TplRun *run, TplVolume *volume, GError **error)
{
  const GPtrArray *subvolumes = g_hash_table_lookup (run->subvolumes, volume->id);
  for (guint i = 0; subvolumes && i < subvolumes->len; i++) {
    const TplSubvolume *subvolume = subvolumes->pdata[i];
    if ((!subvolume->is_snapshot || subvolume->is_default)
        && !look_into (run, volume, subvolume->path, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_guest_inspect (TplRun *run, GError **error)
{
  TplGuest *guest = run->inventory->guest = tpl_value_new (&tpl_guest_type);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len; i++) {
    TplVolume *volume = volumes->pdata[i];
    const TplFsDriver *driver = tpl_fs_find (volume->type);
    if (driver && driver->read_options
        && (!look_into (run, volume, "", error) || !look_into_subvolumes (run, volume, error)))
      return FALSE;
  }
  if (!guest->root_id && run->has_other_system)
    return tpl_fail (
        error, TPL_ERROR_REFUSED,
        "a system is on this disk whose fstab does not mount it at /, so that the copy of "
        "it can't be made to start: let its fstab say which subvolume is its root");
  g_autoptr (GPtrArray) loaders = tpl_loaders_find (run, error);
  if (!loaders)
    return FALSE;
  if (loaders->len > 0)
    guest->boot_loader = g_strdup (((const TplBootDriver *)loaders->pdata[0])->name);
  else if (guest->root_id)
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "no boot loader that is known is on the disk: what starts the guest, if anything on "
                  "the disk does, is carried over as it is");
  if (guest->root_id && !tpl_loaders_mount_by_type (run, error))
    return FALSE;
  tpl_mounts_complete (run);
  return TRUE;
}
