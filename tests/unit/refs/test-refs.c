/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest-tree.h"
#include "map-file.h"
#include "refs/initramfs.h"
#include "refs/refs.h"
#include "refs/unit-name.h"

#include <string.h>
#include <sys/stat.h>
#include <tpl-shrink.h>

#define OLD_UUID "01234567-89ab-4cde-8f01-23456789abcd"
#define NEW_UUID "99999999-1111-4222-8333-444444444444"

static const char map_text[] =
    "[uuid]\n" OLD_UUID "=" NEW_UUID "\nABCD-1234=FEDC-4321\n"
    "[ptuuid]\ndeadbeef=0badcafe\n"
    "[vg]\nos=a-much-longer-name\nkept=kept\n"
    "[lv]\nos/root=a-much-longer-name/root\nos/swap=\nkept/x=kept/x\n"
    "[lvm-uuid]\n"
    "AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa=NNNNNN-nnnn-nnnn-nnnn-nnnn-nnnn-nnnnnn\n";

static const struct {
  const char *path, *kind;
} paths[] = {
    {"/etc/fstab", "fstab"},
    {"/etc/default/grub.d/x.cfg", "grub-default"},
    /* What ucf, dpkg, rpm and editors leave beside a file. */
    {"/etc/default/grub.ucf-dist", "grub-default"},
    {"/etc/fstab.bak", "fstab"},
    {"/boot/efi/EFI/debian/grub.cfg", "grub-cfg"},
    {"/boot/efi/EFI/centos/grubenv", "grubenv"},
    {"/boot/grub2/grubenv", "grubenv"},
    {"/boot/grub/x86_64-efi/load.cfg", "grub-cfg"},
    {"/boot/loader/entries/x.conf", "bls"},
    {"/boot/initramfs-1kdump.img", "kdump-initrd"},
    {"/etc/passwd", NULL},
    {"/etc/fstab/x", NULL},
};

static void
test_paths (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    const TplRefKind *kind = tpl_ref_kind_for_path (paths[i].path);
    g_assert_cmpstr (kind != NULL ? kind->name : NULL, ==, paths[i].kind);
  }
}

/* Every kind has a name, paths, and something to do. */
static void
test_registry (void)
{
  const TplRefKind *const *kinds = tpl_ref_kinds ();
  for (guint i = 0; kinds[i] != NULL; i++) {
    g_assert_nonnull (kinds[i]->name);
    g_assert_nonnull (kinds[i]->paths[0]);
    g_assert_true (tpl_ref_kind_edits (kinds[i]) || kinds[i]->fate != TPL_REF_FILE_STAYS);
    for (guint j = 0; kinds[i]->paths[j] != NULL; j++)
      g_assert_cmpint (kinds[i]->paths[j][0], ==, '/');
  }
}

static GBytes *
grubenv (const char *lines)
{
  g_autoptr (GString) text = g_string_new ("# GRUB Environment Block\n");
  g_string_append (text, lines);
  while (text->len < 1024)
    g_string_append_c (text, '#');
  return g_bytes_new (text->str, text->len);
}

static gboolean
edit (const char *path, GBytes *before, GBytes **after, GPtrArray *warnings, GError **error)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  return tpl_refs_edit (tpl_ref_kind_for_path (path), map, path, before, after, warnings, error);
}

static void
test_grubenv_size (void)
{
  g_autoptr (GBytes) before = grubenv ("saved_entry=0\nkernelopts=root=/dev/mapper/os-root ro \n");
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (edit ("/boot/grub2/grubenv", before, &after, NULL, &error));
  g_assert_cmpuint (g_bytes_get_size (after), ==, 1024);
  const char *text = g_bytes_get_data (after, NULL);
  g_assert_true (g_str_has_prefix (text, "# GRUB Environment Block\nsaved_entry=0\nkernelopts="
                                         "root=/dev/mapper/a--much--longer--name-root ro \n####"));

  g_autofree char *filler = g_strnfill (940, 'x');
  g_autofree char *lines =
      g_strdup_printf ("x=%s\nkernelopts=root=/dev/mapper/os-root rd.lvm.lv=os/root\n", filler);
  g_autoptr (GBytes) full = grubenv (lines);
  GBytes *none = NULL;
  g_assert_false (edit ("/boot/grub2/grubenv", full, &none, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
  g_assert_null (none);
}

static void
test_not_text (void)
{
  static const char data[] = "UUID=" OLD_UUID "\0x";
  g_autoptr (GBytes) binary = g_bytes_new_static (data, sizeof data);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  GBytes *after = NULL;
  g_assert_true (edit ("/etc/fstab", binary, &after, warnings, NULL));
  g_assert_null (after);
  g_assert_cmpuint (warnings->len, ==, 1);

  g_autoptr (GBytes) text = bytes_of ("kernelopts=root=LABEL=x rd.lvm.lv=os/root\n");
  g_assert_true (edit ("/boot/grub/grubenv", text, &after, warnings, NULL));
  g_assert_null (after);
  g_assert_cmpuint (warnings->len, ==, 2);
}

/* What the scan must find, and what it must not. */
static const struct {
  const char *text, *found; /* all that is found, "," between; # before what is in a comment */
} scans[] = {
    {"nothing", ""},
    {"x" OLD_UUID "y", OLD_UUID},
    {"0123456789AB4CDE8F0123456789ABCD", "0123456789AB4CDE8F0123456789ABCD"},
    {"UUID=" NEW_UUID, ""},
    {" # " OLD_UUID "\n" OLD_UUID, "#" OLD_UUID "," OLD_UUID},
    {"UUID=ABCD-1234 ABCD-12345 xABCD-1234 a-abcd-1234", "ABCD-1234"},
    {"PARTUUID=deadbeef-01 deadbeef 0xdeadbeef-01", "deadbeef-01"},
    {"AAAAAAaaaaaaaaaaaaaaaaaaaaaaaaaa", "AAAAAAaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
    {"lvmid/AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa/x", "AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa"},
    {"/dev/mapper/os-root,/dev/os/swap", "/dev/mapper/os-root,/dev/os/swap"},
    {"os-root os-prober os-rooted xos-root /usr/os-root", "os-root"},
    {"rd.lvm.lv=os/root /usr/os/root os/rootx", "os/root"},
    {"rd.lvm.vg=os rd.lvm.vg=os2 os", "rd.lvm.vg=os"},
    {"kept-x /dev/kept/x", ""},
    {"set root='lvm/os-root'", "lvm/os-root"},
    {"dev-mapper-os\\x2droot.device dev-os-root.swap", "dev-mapper-os\\x2droot,dev-os-root"},
    {"devexists-\\x2fdev\\x2fmapper\\x2fos-swap.sh", "\\x2fdev\\x2fmapper\\x2fos-swap"},
};

static void
test_scan (void)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  for (guint i = 0; i < G_N_ELEMENTS (scans); i++) {
    g_autoptr (GBytes) content = bytes_of (scans[i].text);
    g_autoptr (GPtrArray) left =
        g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
    g_autoptr (GString) found = g_string_new (NULL);
    tpl_refs_scan (map, "/x", content, left);
    for (guint j = 0; j < left->len; j++) {
      const TplRefLeftover *leftover = g_ptr_array_index (left, j);
      g_string_append_printf (found, "%s%s%s", j > 0 ? "," : "", leftover->comment ? "#" : "",
                              leftover->found);
    }
    g_assert_cmpstr (found->str, ==, scans[i].found);
  }
}

static void
test_scan_binary (void)
{
  static const char data[] = "\0\1\n#" OLD_UUID "\0";
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autoptr (GBytes) content = g_bytes_new_static (data, sizeof data);
  g_autoptr (GPtrArray) left =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  tpl_refs_scan (map, "/x", content, left);
  g_assert_cmpuint (left->len, ==, 1);
  const TplRefLeftover *leftover = g_ptr_array_index (left, 0);
  g_assert_cmpuint (leftover->offset, ==, 4);
  g_assert_cmpuint (leftover->line, ==, 0);
  g_assert_false (leftover->comment);
}

static const struct {
  const char *path, *unit;
} units[] = {
    {"/dev/mapper/os-root", "dev-mapper-os\\x2droot"},
    {"/dev/sda1", "dev-sda1"},
    {"/.x", "\\x2ex"},
    {"/dev/disk/by-label/a\\x20b", "dev-disk-by\\x2dlabel-a\\x5cx20b"},
};

static void
test_unit_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    g_autofree char *unit = tpl_unit_name_from_path (units[i].path);
    g_autofree char *path = tpl_unit_name_to_path (units[i].unit);
    g_assert_cmpstr (unit, ==, units[i].unit);
    g_assert_cmpstr (path, ==, units[i].path);
  }
  g_assert_null (tpl_unit_name_to_path ("a\\x2"));
  g_assert_null (tpl_unit_name_to_path ("a\\x00"));
  g_assert_null (tpl_unit_name_to_path ("a\\"));
}

static void
test_needles (void)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autofree char *needles = tpl_refs_needles (map);
  static const char *const lines[] = {
      "bytes " OLD_UUID "\n",
      "word ABCD-1234\n",
      "word os-root\n",
      "word /dev/os/swap\n",
      "word rd.lvm.lv=os/root\n",
      "bytes -os\\x2droot\n",
      "bytes AAAAAAaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_nonnull (strstr (needles, lines[i]));
  g_assert_null (strstr (needles, "kept"));
  g_assert_null (strstr (needles, "deadbeef\n"));
}

/* A file with other names is freed of them first: the kernel would write into what all of them
 * share. */
static void
test_linked_member (void)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autoptr (GBytes) content = bytes_of ("/dev/os/root / xfs\n");
  g_autoptr (GPtrArray) members =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  g_ptr_array_add (members, tpl_initramfs_member_new ("etc/fstab", S_IFREG | 0644, 2, content));
  g_autoptr (GPtrArray) overrides = tpl_initramfs_overrides (map, "/boot/i", members, NULL, NULL);
  g_assert_cmpuint (overrides->len, ==, 2);
  const TplInitramfsMember *first = g_ptr_array_index (overrides, 0);
  const TplInitramfsMember *second = g_ptr_array_index (overrides, 1);
  g_assert_cmpstr (first->name, ==, "etc/fstab");
  g_assert_true (S_ISLNK (first->mode));
  g_assert_cmpstr (second->name, ==, "etc/fstab");
  g_assert_cmpuint (second->mode, ==, S_IFREG | 0644);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/paths", test_paths);
  g_test_add_func ("/refs/registry", test_registry);
  g_test_add_func ("/refs/grubenv-size", test_grubenv_size);
  g_test_add_func ("/refs/not-text", test_not_text);
  g_test_add_func ("/refs/scan", test_scan);
  g_test_add_func ("/refs/scan-binary", test_scan_binary);
  g_test_add_func ("/refs/unit-names", test_unit_names);
  g_test_add_func ("/refs/needles", test_needles);
  g_test_add_func ("/refs/linked-member", test_linked_member);
  return g_test_run ();
}
