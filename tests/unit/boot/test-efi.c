/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Loaders on an EFI system partition: what is found, and what a blank NVRAM needs. */
#include "boot/boot.h"
#include "tpl-shrink.h"

#include <string.h>

static GHashTable *
files_of (const char *paths)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)g_bytes_unref);
  g_auto (GStrv) all = g_strsplit (paths, " ", -1);
  for (size_t i = 0; all[i]; i++)
    if (*all[i])
      g_hash_table_insert (files, g_strdup (all[i]), g_bytes_new (NULL, 0));
  return files;
}

static void
test_detect (void)
{
  static const struct {
    const char *paths;
    gboolean efi, systemd_boot;
  } cases[] = {
    { "", FALSE, FALSE },
    { "/boot/grub/i386-pc/load.cfg /EFI/debian/grub.cfg", FALSE, FALSE },
    { "/EFI/debian/shimx64.efi", TRUE, FALSE },
    { "/EFI/BOOT/BOOTX64.EFI", TRUE, FALSE },
    { "/EFI/systemd/systemd-bootx64.efi", TRUE, TRUE },
    { "/EFI/Linux/arch.efi", TRUE, FALSE },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GHashTable) files = files_of (cases[i].paths);
    g_assert_cmpint (tpl_boot_find ("efi")->detect (NULL, files), ==, cases[i].efi);
    g_assert_cmpint (tpl_boot_find ("systemd-boot")->detect (NULL, files), ==,
                     cases[i].systemd_boot);
  }
}

static int
by_target (gconstpointer a, gconstpointer b)
{
  const TplBootCopy *const *left = a, *const *right = b;
  return strcmp ((*left)->to, (*right)->to);
}

/* "FROM>TO" of each copy, sorted; "unclear" alone. */
static char *
fallback_of (const char *paths)
{
  g_autoptr (GHashTable) files = files_of (paths);
  gboolean unclear = FALSE;
  g_autoptr (GPtrArray) copies = tpl_boot_fallback (files, &unclear);
  GString *text = g_string_new (unclear ? "unclear" : "");
  g_ptr_array_sort (copies, by_target);
  for (guint i = 0; i < copies->len; i++) {
    const TplBootCopy *copy = copies->pdata[i];
    g_string_append_printf (text, "%s%s>%s", i > 0 ? " " : "", copy->from, copy->to);
  }
  return g_string_free (text, FALSE);
}

static void
test_fallback (void)
{
  static const struct {
    const char *paths, *copies;
  } cases[] = {
    { "/EFI/debian/shimx64.efi /EFI/BOOT/BOOTX64.EFI", "" },
    { "/EFI/debian/shimx64.efi /EFI/boot/bootx64.efi", "" },
    { "/EFI/debian/shimx64.efi /EFI/debian/grubx64.efi /EFI/debian/mmx64.efi "
      "/EFI/debian/grub.cfg /EFI/debian/fbx64.efi",
      "/EFI/debian/shimx64.efi>/EFI/BOOT/BOOTX64.EFI /EFI/debian/grub.cfg>/EFI/BOOT/grub.cfg "
      "/EFI/debian/grubx64.efi>/EFI/BOOT/grubx64.efi /EFI/debian/mmx64.efi>/EFI/BOOT/mmx64.efi" },
    { "/EFI/debian/grubx64.efi", "/EFI/debian/grubx64.efi>/EFI/BOOT/BOOTX64.EFI" },
    { "/EFI/opensuse/shim.efi /EFI/opensuse/grub.efi",
      "/EFI/opensuse/shim.efi>/EFI/BOOT/BOOTX64.EFI /EFI/opensuse/grub.efi>/EFI/BOOT/grub.efi" },
    { "/EFI/systemd/systemd-bootx64.efi /EFI/Linux/a.efi",
      "/EFI/systemd/systemd-bootx64.efi>/EFI/BOOT/BOOTX64.EFI" },
    /* What is there already stays. */
    { "/EFI/fedora/shimx64.efi /EFI/fedora/grubx64.efi /EFI/BOOT/grubx64.efi",
      "/EFI/fedora/shimx64.efi>/EFI/BOOT/BOOTX64.EFI" },
    { "/EFI/debian/grubx64.efi /EFI/ubuntu/shimx64.efi", "unclear" },
    { "/EFI/tools/memtest.efi", "unclear" },
    { "/EFI/Linux/arch.efi", "unclear" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *copies = fallback_of (cases[i].paths);
    g_assert_cmpstr (copies, ==, cases[i].copies);
  }
}

static void
test_built_in (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (tpl_boot_refuse_built_in ("/EFI/Linux/a.efi!etc/crypttab\t1234-ABCD", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_true (g_str_has_prefix (error->message, "/EFI/Linux/a.efi!etc/crypttab, which"));
  g_assert_nonnull (strstr (error->message, "\"1234-ABCD\" built in"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/efi/detect", test_detect);
  g_test_add_func ("/efi/fallback", test_fallback);
  g_test_add_func ("/efi/built-in", test_built_in);
  return g_test_run ();
}
