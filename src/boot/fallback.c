/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The fallback path. What a machine's NVRAM says of its boot loader stays behind when its disk
 * moves to another one; then UEFI starts \EFI\BOOT\BOOTX64.EFI (UEFI 2.10, 3.5.1.1), which not
 * every installer makes. shim loads GRUB from its own folder (its README.fallback), so that GRUB
 * goes with it.
 */
#include <string.h>

#include "boot/boot.h"

#define FALLBACK_FOLDER "/EFI/BOOT"
#define FALLBACK        FALLBACK_FOLDER "/BOOTX64.EFI"

/* In the order of preference within a vendor's folder; each with what it needs beside it. */
static const struct {
  const char *first;
  const char *others[5];
} kinds[] = {
  { "shimx64.efi", { "grubx64.efi", "mmx64.efi", "grub.cfg", NULL } },
  { "shim.efi", { "grub.efi", "MokManager.efi", "grub.cfg", NULL } },
  { "systemd-bootx64.efi", { NULL } },
  { "grubx64.efi", { "grub.cfg", NULL } },
};

void
tpl_boot_copy_free (TplBootCopy *copy)
{
  g_free (copy->from);
  g_free (copy->to);
  g_free (copy);
}

/* The path as the disk spells it, found whatever its case; NULL: it is not there. */
static const char *
find (GHashTable *files, const char *folder, const char *name)
{
  g_autofree char *wanted = g_strconcat (folder, "/", name, NULL);
  GHashTableIter iter;
  gpointer path;
  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (g_ascii_strcasecmp (path, wanted) == 0)
      return path;
  return NULL;
}

static void
add_copy (GPtrArray *copies, const char *from, const char *to)
{
  TplBootCopy *copy = g_new (TplBootCopy, 1);
  copy->from = g_strdup (from);
  copy->to = g_strdup (to);
  g_ptr_array_add (copies, copy);
}

/* Whether the folder holds a loader; then what of it must be copied is added. */
static gboolean
add_loader (GHashTable *files, const char *folder, GPtrArray *copies)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    const char *first = find (files, folder, kinds[i].first);
    if (!first)
      continue;
    add_copy (copies, first, FALLBACK);
    for (const char *const *other = kinds[i].others; *other; other++) {
      const char *from = find (files, folder, *other);
      g_autofree char *to = g_strconcat (FALLBACK_FOLDER "/", *other, NULL);
      if (from && !find (files, FALLBACK_FOLDER, *other))
        add_copy (copies, from, to);
    }
    return TRUE;
  }
  return FALSE;
}

/* The folders that programs are in, as a set. */
static GHashTable *
folders_of (GHashTable *files)
{
  GHashTable *folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer path;
  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (g_ascii_strncasecmp (path, "/EFI/", strlen ("/EFI/")) == 0)
      g_hash_table_add (folders, g_path_get_dirname (path));
  return folders;
}

GPtrArray *
tpl_boot_fallback (GHashTable *files, gboolean *unclear)
{
  g_autoptr (GPtrArray) copies
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_copy_free);
  g_autoptr (GHashTable) folders = folders_of (files);
  GHashTableIter iter;
  gpointer folder;
  guint loaders = 0;
  *unclear = FALSE;
  if (find (files, FALLBACK_FOLDER, "BOOTX64.EFI"))
    return g_steal_pointer (&copies);
  g_hash_table_iter_init (&iter, folders);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (g_ascii_strcasecmp (folder, FALLBACK_FOLDER) != 0 && add_loader (files, folder, copies))
      loaders++;
  *unclear = loaders != 1;
  if (*unclear)
    g_ptr_array_set_size (copies, 0);
  return g_steal_pointer (&copies);
}
