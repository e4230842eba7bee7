/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest's firmware starts: searched for old names, and put at the fallback path. */
#include "guest-tree.h"
#include "refs/initramfs.h"

#include <string.h>
#include <sys/stat.h>

#define SECTIONS 2
#define PE_START 0x80

static void
put_number (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static void
put_section (guint8 *at, const char *name, guint32 start, gsize length)
{
  memcpy (at, name, strlen (name));
  put_number (at + 8, (guint32)length);
  put_number (at + 16, (guint32)length + 7); /* padded */
  put_number (at + 20, start);
}

/* A unified kernel image with an initramfs, which holds that crypttab. */
static GBytes *
unified_image (const char *command_line, const char *crypttab)
{
  g_autoptr (GPtrArray) members =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  g_autoptr (GBytes) content = bytes_of (crypttab);
  g_ptr_array_add (members, tpl_initramfs_member_new ("etc/crypttab", 0100644, 1, content));
  g_autoptr (GBytes) archive = tpl_initramfs_archive (members);
  gsize archive_bytes = 0;
  const void *archive_data = g_bytes_get_data (archive, &archive_bytes);

  g_autoptr (GByteArray) image = g_byte_array_new ();
  g_byte_array_set_size (image, 1024);
  memset (image->data, 0, 1024);
  memcpy (image->data, "MZ", 2);
  put_number (image->data + 0x3c, PE_START);
  memcpy (image->data + PE_START, "PE\0\0", 4);
  image->data[PE_START + 6] = SECTIONS;
  image->data[PE_START + 20] = 0xf0; /* size of the optional header */
  guint8 *table = image->data + PE_START + 24 + 0xf0;
  put_section (table, ".cmdline", 600, strlen (command_line));
  put_section (table + 40, ".initrd", 1024, archive_bytes);
  memcpy (image->data + 600, command_line, strlen (command_line));
  g_byte_array_append (image, archive_data, (guint)archive_bytes);
  g_byte_array_append (image, (const guint8 *)"padding", 7);
  return g_bytes_new (image->data, image->len);
}

static char *
scan_programs (const Tree *tree, int expected_status)
{
  g_autoptr (GBytes) list = bytes_of ("program /EFI/*/*.efi\nprogram /EFI/*/*.EFI\n");
  g_autoptr (GBytes) needles = bytes_of ("bytes abcd1234-0000\nword os-root\n");
  char *output = NULL;
  g_assert_cmpint (tree_run (tree, "scan", list, needles, &output), ==, expected_status);
  return output;
}

static void
test_scan (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GBytes) clean = unified_image ("root=LABEL=root quiet", "luks LABEL=x none\n");
  g_autoptr (GBytes) in_line = unified_image ("root=UUID=abcd1234-0000", "");
  g_autoptr (GBytes) in_initrd = unified_image ("quiet", "luks UUID=ABCD1234-0000 none\n");
  tree_write_bytes (tree, "/EFI/Linux/clean.efi", clean);
  tree_write_bytes (tree, "/EFI/Linux/line.efi", in_line);
  tree_write_bytes (tree, "/EFI/Linux/initrd.efi", in_initrd);
  tree_write (tree, "/EFI/BOOT/BOOTX64.EFI", "MZ not one, os-root");
  tree_write (tree, "/EFI/BOOT/empty.efi", "");
  /* Larger than what is fetched as a text; a name at its end. */
  g_autofree char *large = g_strnfill (5 << 20, 'x');
  strcpy (large + (5 << 20) - 15, "abcd1234-0000");
  tree_write (tree, "/EFI/debian/grubx64.efi", large);
  g_autofree char *output = scan_programs (tree, 0);
  g_assert_cmpstr (output, ==,
                   "/EFI/Linux/initrd.efi\tabcd1234-0000\n"
                   "/EFI/Linux/initrd.efi!etc/crypttab\tabcd1234-0000\n"
                   "/EFI/Linux/line.efi\tabcd1234-0000\n"
                   "/EFI/debian/grubx64.efi\tabcd1234-0000\n"
                   "/EFI/BOOT/BOOTX64.EFI\tos-root\n");
}

/* What can't be read is no clean program. */
static void
test_scan_unreadable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GBytes) image = unified_image ("quiet", "");
  gsize length = 0;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (image, &length), g_bytes_get_size (image));
  g_bytes_get_data (image, &length);
  memcpy (bytes + 1024, "nonsense", 8);
  g_autoptr (GBytes) damaged = g_bytes_new (bytes, length);
  tree_write_bytes (tree, "/EFI/Linux/damaged.efi", damaged);
  g_autofree char *output = scan_programs (tree, 1);
}

static int
apply (const Tree *tree, const char *name, const char *content, char **output)
{
  g_autoptr (GPtrArray) members =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  g_autoptr (GBytes) bytes = bytes_of (content);
  g_ptr_array_add (members, tpl_initramfs_member_new (name, 0100600, 1, bytes));
  g_autoptr (GBytes) archive = tpl_initramfs_archive (members);
  return tree_run (tree, "apply", archive, NULL, output);
}

static void
test_create (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/boot/efi/EFI/debian/shimx64.efi", "shim");
  static const struct {
    const char *name, *content, *output;
    int status;
  } steps[] = {
      {"copy!/boot/efi/EFI/BOOT/BOOTX64.EFI", "/boot/efi/EFI/debian/shimx64.efi", "", 1},
      {"folder!/boot/efi/EFI/BOOT", "", "created\t/boot/efi/EFI/BOOT\n", 0},
      {"folder!/boot/efi/EFI/BOOT", "", "", 0},
      {"copy!/boot/efi/EFI/BOOT/BOOTX64.EFI", "/boot/efi/EFI/debian/shimx64.efi",
       "created\t/boot/efi/EFI/BOOT/BOOTX64.EFI\n", 0},
      {"copy!/boot/efi/EFI/BOOT/BOOTX64.EFI", "/boot/efi/EFI/debian/shimx64.efi", "", 1},
      {"copy!/boot/efi/EFI/BOOT/x", "/boot/efi/EFI/debian", "", 1},
      {"copy!/boot/efi/EFI/BOOT/x", "/nowhere", "", 1},
      {"copy!x", "/boot/efi/EFI/debian/shimx64.efi", "", 1},
      {"folder!", "", "", 1},
  };
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *output = NULL;
    g_assert_cmpint (apply (tree, steps[i].name, steps[i].content, &output), ==, steps[i].status);
    g_assert_cmpstr (output, ==, steps[i].output);
  }
  g_autofree char *copy = tree_read (tree, "/boot/efi/EFI/BOOT/BOOTX64.EFI");
  g_assert_cmpstr (copy, ==, "shim");
}

/* Links in the guest lead neither a copy's source nor its place outside. */
static void
test_create_stays_inside (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *secret = g_build_filename (tree->base, "secret", NULL);
  g_assert_true (g_file_set_contents (secret, "SECRET", -1, NULL));
  tree_link (tree, "/efi/source", secret);
  tree_link (tree, "/efi/folder", tree->base);
  tree_write (tree, "/efi/plain", "plain");
  g_autofree char *one = NULL, *two = NULL;
  g_assert_cmpint (apply (tree, "copy!/efi/copy", "/efi/source", &one), ==, 1);
  g_assert_cmpint (apply (tree, "copy!/efi/folder/copy", "/efi/plain", &two), ==, 1);
  g_autofree char *copy = g_build_filename (tree->base, "copy", NULL);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/programs/scan", test_scan);
  g_test_add_func ("/refs/programs/scan-unreadable", test_scan_unreadable);
  g_test_add_func ("/refs/programs/create", test_create);
  g_test_add_func ("/refs/programs/create-stays-inside", test_create_stays_inside);
  return g_test_run ();
}
