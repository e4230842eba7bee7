/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/loaders.h"

#include <string.h>

#include "boot/boot.h"
#include "error.h"
#include "fs/fs.h"
#include "helper/newc.h"
#include "stage/guest-files.h"
#include "stage/mounts.h"

#define HEAD_BYTES (1024u * 1024)
/* A BIOS boot partition that ends before is read with what precedes it. */
#define LONGEST_HEAD_BYTES (16u * 1024 * 1024)

/* Discoverable Partitions Specification. */
#define ESP_TYPE           "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define EXTENDED_BOOT_TYPE "bc13c2ff-59e6-4262-a352-b275fd6f7172"

void
tpl_loaders_add_globs (GString *list, const char *keyword, const char *const *globs)
{
  for (; globs && *globs; globs++)
    g_string_append_printf (list, "%s %s\n", keyword, *globs);
}

guint64
tpl_loaders_head_bytes (const TplLayout *layout)
{
  guint64 end_bytes = HEAD_BYTES;
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (tpl_partition_is_bios_boot (partition) && partition->end_bytes <= LONGEST_HEAD_BYTES)
      end_bytes = MAX (end_bytes, partition->end_bytes);
  }
  return end_bytes;
}

GBytes *
tpl_loaders_head (const TplRun *run, GError **error)
{
  guint64 length = tpl_loaders_head_bytes (run->inventory->layout);
  return tpl_mirror_read (run->source_head, 0,
                          (gsize)MIN (run->source_head->size_bytes, length), error);
}

GPtrArray *
tpl_loaders_find (const TplRun *run, GError **error)
{
  g_autoptr (GBytes) head = tpl_loaders_head (run, error);
  if (!head)
    return NULL;
  GPtrArray *found = g_ptr_array_new ();
  for (const TplBootDriver *const *driver = tpl_boot_drivers (); *driver; driver++)
    if ((*driver)->detect (head, run->boot_files))
      g_ptr_array_add (found, (gpointer)*driver);
  return found;
}

static gboolean
mounts_at (const TplLayout *layout, const char *mountpoint)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++)
    if (g_strcmp0 (((const TplVolume *)volumes->pdata[i])->mountpoint, mountpoint) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the root filesystem has the folder, without files in it: a mount hides nothing there. */
static gboolean
is_free_folder (TplRun *run, const char *folder, gboolean *is_free, GError **error)
{
  struct tpl_newc_member member;
  struct tpl_newc_reader reader = { 0 };
  g_autofree char *top = tpl_mounts_source_root (run);
  g_autofree char *path = g_strconcat (top, folder, NULL);
  g_autofree char *list = g_strdup_printf ("exists %s/**\n", folder);
  *is_free = FALSE;
  if (mounts_at (run->inventory->layout, folder)
      || !tpl_appliance_is_plain_folder (run->appliance, path))
    return TRUE;
  g_autoptr (GBytes) files = tpl_guest_gather (run, top, list, error);
  if (!files)
    return FALSE;
  reader.data = g_bytes_get_data (files, &reader.size_bytes);
  *is_free = tpl_newc_next (&reader, &member) == TPL_NEWC_END;
  return TRUE;
}

static gboolean
mount_at_first_folder (TplRun *run, TplVolume *volume, const char *const *folders, GError **error)
{
  for (; *folders && !volume->mountpoint; folders++) {
    gboolean is_free = FALSE;
    if (!is_free_folder (run, *folders, &is_free, error))
      return FALSE;
    if (is_free)
      volume->mountpoint = g_strdup (*folders);
  }
  return TRUE;
}

gboolean
tpl_loaders_mount_by_type (TplRun *run, GError **error)
{
  static const struct {
    const char *type;
    const char *folders[4];
  } kinds[] = { { EXTENDED_BOOT_TYPE, { "/boot", NULL } },
                { ESP_TYPE, { "/efi", "/boot/efi", "/boot", NULL } } };
  const GPtrArray *partitions = run->inventory->layout->partitions;
  for (guint i = 0; i < G_N_ELEMENTS (kinds) * partitions->len; i++) {
    const TplPartition *partition = partitions->pdata[i % partitions->len];
    TplVolume *volume = partition->volume;
    const TplFsDriver *driver = volume ? tpl_fs_find (volume->type) : NULL;
    if (!driver || !driver->read_options || volume->mountpoint
        || g_strcmp0 (partition->type, kinds[i / partitions->len].type) != 0)
      continue;
    if (!mount_at_first_folder (run, volume, kinds[i / partitions->len].folders, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
tpl_loaders_search_programs (TplRun *run, const char *const *globs, const TplRefMap *map,
                           char **found, GError **error)
{
  g_autofree char *needles = tpl_refs_needles (map);
  g_autoptr (GString) list = g_string_new (NULL);
  *found = NULL;
  if (!*needles || !globs || !*globs)
    return TRUE;
  tpl_loaders_add_globs (list, "program", globs);
  if (!tpl_guest_scan_for (run, list->str, needles, error))
    return FALSE;
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->inventory->layout);
  for (guint i = 0; i < volumes->len && !*found; i++) {
    const TplVolume *volume = volumes->pdata[i];
    const TplFsDriver *driver = tpl_fs_find (volume->type);
    g_autofree char *folder = tpl_run_folder (run, "src", volume);
    int status = 0;
    g_autofree char *lines = NULL;
    if (!driver || !driver->read_options)
      continue;
    if (!tpl_guest_scan (run, folder, &status, &lines, error))
      return FALSE;
    if (status != 0)
      return tpl_fail (error, TPL_ERROR_REFUSED, "searching the boot loader on %s failed: %s",
                       volume->id, g_strstrip (lines));
    if (*lines)
      *found = g_strndup (lines, strcspn (lines, "\n"));
  }
  return TRUE;
}
