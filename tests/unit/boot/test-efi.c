/* SPDX-License-Identifier: GPL-3.0-or-later */
/** When a loader on an EFI system partition would not find its way. */
#include "boot/boot.h"
#include "tpl-shrink.h"

#include <string.h>

#define OLD_UUID "11111111-2222-4333-8444-555555555555"
#define NEW_UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static gboolean
check (const char *now, const char *program, gsize length, GError **error)
{
  g_autoptr (TplRefMap) map = tpl_ref_map_new ();
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify)g_bytes_unref);
  tpl_ref_map_add (map, TPL_REF_UUID, OLD_UUID, now);
  g_hash_table_insert (files, (gpointer) "/EFI/debian/grubx64.efi", g_bytes_new (program, length));
  return tpl_boot_find ("efi")->check (NULL, map, NULL, files, error);
}

static void
test_built_in (void)
{
  static const char program[] = "MZ\0\1\2search.fs_uuid " OLD_UUID " root\0\377\376";
  static const char signed_program[] = "MZ\0\1\2prefix /EFI/debian\0";
  g_autoptr (GError) error = NULL;
  g_assert_true (check (OLD_UUID, program, sizeof program, &error));
  g_assert_true (check (NEW_UUID, signed_program, sizeof signed_program, &error));
  g_assert_false (check (NEW_UUID, program, sizeof program, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, OLD_UUID));
}

static void
test_detect (void)
{
  static const guint8 type[] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
  g_autofree guint8 *disk = g_malloc0 (1 << 20);
  g_autoptr (GBytes) head = g_bytes_new_static (disk, 1 << 20);
  const TplBootDriver *driver = tpl_boot_find ("efi");
  memcpy (disk + 1024 + 128, type, sizeof type);
  g_assert_false (driver->detect (head));
  memcpy (disk + 512, "EFI PART", 8);
  g_assert_true (driver->detect (head));
  disk[1024 + 128] = 0;
  g_assert_false (driver->detect (head));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/efi/built-in", test_built_in);
  g_test_add_func ("/efi/detect", test_detect);
  return g_test_run ();
}
