/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/fallback.h"

#include <string.h>

#include "boot/boot.h"
#include "refs/initramfs.h"
#include "stage/edits.h"
#include "stage/guest-files.h"

#define CREATED "created\t"

static void
add (GPtrArray *actions, const char *action, const char *mountpoint, const char *path,
     const char *content)
{
  g_autofree char *name = g_strconcat (action, "!", mountpoint, path, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (content, strlen (content));
  g_ptr_array_add (actions, tpl_initramfs_member_new (name, 0100600, 1, bytes));
}

static GBytes *
archive_of (const GPtrArray *copies, const char *mountpoint)
{
  g_autoptr (GPtrArray) actions
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  for (guint i = 0; i < copies->len; i++) {
    const TplBootCopy *copy = copies->pdata[i];
    g_autofree char *folder = g_path_get_dirname (copy->to);
    g_autofree char *from = g_strconcat (mountpoint, copy->from, NULL);
    add (actions, "folder", mountpoint, folder, "");
    add (actions, "copy", mountpoint, copy->to, from);
  }
  return tpl_initramfs_archive (actions);
}

/* Of what is below a folder that was created, the comparison need not hear. */
static void
remember_created (TplRun *run, const char *lines)
{
  g_auto (GStrv) all = g_strsplit (lines, "\n", -1);
  g_autofree char *folder = NULL;
  for (size_t i = 0; all[i]; i++) {
    if (!g_str_has_prefix (all[i], CREATED))
      continue;
    g_autofree char *path = g_strcompress (all[i] + strlen (CREATED));
    if (folder && g_str_has_prefix (path, folder))
      continue;
    tpl_edits_add (run, "created", path);
    g_free (folder);
    folder = g_strconcat (path, "/", NULL);
  }
}

gboolean
tpl_bootfix_fallback (TplRun *run, GError **error)
{
  const TplVolume *esp
      = run->esp_id ? tpl_layout_find (run->plan->before->layout, run->esp_id) : NULL;
  gboolean unclear = FALSE;
  if (!esp)
    return TRUE;
  g_autoptr (GPtrArray) copies = tpl_boot_fallback (run->boot_files, &unclear);
  if (unclear || (copies->len > 0 && !esp->mountpoint)) {
    tpl_run_note (run, TPL_EVENT_WARNING,
                  "%s has no \\EFI\\BOOT\\BOOTX64.EFI, and which loader it should be can't be told: a "
                  "machine without the old one's NVRAM does not start from this disk",
                  esp->id);
    return TRUE;
  }
  if (copies->len == 0)
    return TRUE;
  tpl_run_note (run, TPL_EVENT_NOTE,
                "%s is put at \\EFI\\BOOT\\BOOTX64.EFI too, since the new disk comes without an NVRAM "
                "that names it",
                ((const TplBootCopy *)copies->pdata[0])->from);
  g_autoptr (GBytes) archive = archive_of (copies, esp->mountpoint);
  g_autofree char *lines = NULL;
  if (!archive || !tpl_guest_apply (run, archive, &lines, error))
    return FALSE;
  remember_created (run, lines);
  return TRUE;
}
