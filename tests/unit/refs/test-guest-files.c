/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gather, apply and scan on trees that a hostile guest could have. */
#include "guest-tree.h"
#include "map-file.h"
#include "refs/gathered.h"
#include "refs/initramfs.h"
#include "refs/refs.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_gathers (const Tree *tree, const char *list, const char *expected)
{
  g_autoptr (GBytes) archive = tree_gather (tree, list, NULL);
  g_autofree char *listing = archive_listing (archive);
  g_assert_cmpstr (listing, ==, expected);
}

static void
test_globs (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/fstab", "F");
  tree_write (tree, "/etc/default/grub.d/b.cfg", "B");
  tree_write (tree, "/etc/default/grub.d/a.cfg", "A");
  tree_write (tree, "/etc/default/grub.d/a.txt", "T");
  tree_write (tree, "/boot/efi/EFI/x/y/z.cfg", "Z");
  tree_write (tree, "/boot/top", "top");
  assert_gathers (
      tree, "# list\n\nfile /etc/fstab\nfile /etc/none\nfile /etc/default/grub.d/*.cfg\n",
      "file!/etc/fstab=F|file!/etc/default/grub.d/a.cfg=A|file!/etc/default/grub.d/b.cfg=B");
  assert_gathers (tree, "file /boot/efi/EFI/**/*.cfg\n", "file!/boot/efi/EFI/x/y/z.cfg=Z");
  assert_gathers (tree, "exists /boot/**\n", "exists!/boot/efi/EFI/x/y/z.cfg=|exists!/boot/top=");
}

static void
test_links (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *outside = g_build_filename (tree->base, "outside", NULL);
  g_assert_true (g_file_set_contents (outside, "SECRET", -1, NULL));
  tree_write (tree, "/outside", "inside");
  tree_write (tree, "/boot/efi/EFI/rocky/grubenv", "ENV");
  tree_link (tree, "/etc/up", "../../../../outside");
  tree_link (tree, "/etc/abs", outside);
  tree_link (tree, "/boot/grub2/grubenv", "../efi/EFI/rocky/grubenv");
  tree_link (tree, "/etc/loop", "loop");
  tree_link (tree, "/etc/a", "b");
  tree_link (tree, "/etc/b", "a/x");
  tree_link (tree, "/etc/dangling", "/nowhere");
  tree_link (tree, "/etc/dir", "/boot");
  /* `..` at the root stays there, so that is the guest's own file; each file comes once. */
  assert_gathers (tree, "file /etc/up\n", "file!/etc/up=inside");
  assert_gathers (
      tree, "file /etc/abs\nfile /etc/loop\nfile /etc/a\nfile /etc/dangling\nfile /etc/dir\n", "");
  assert_gathers (tree, "file /boot/grub2/grubenv\nfile /boot/efi/EFI/*/grubenv\n",
                  "file!/boot/grub2/grubenv=ENV");
  assert_gathers (tree, "file /../../../outside\n", "file!/../../../outside=inside");
  /* `**` does not go through links, so it can't run in circles. */
  tree_link (tree, "/boot/self", "..");
  assert_gathers (tree, "file /boot/**/grubenv\n", "file!/boot/efi/EFI/rocky/grubenv=ENV");
}

static void
test_no_files (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/x", "x");
  g_autofree char *fifo = tree_path (tree, "/etc/fstab");
  g_autofree char *directory = tree_path (tree, "/etc/crypttab");
  g_assert_cmpint (mkfifo (fifo, 0644), ==, 0);
  g_assert_cmpint (g_mkdir (directory, 0755), ==, 0);
  assert_gathers (
      tree, "file /etc/fstab\nfile /etc/crypttab\nfile /etc/fstab/x\ninitrd /etc/fstab\n", "");

  g_autoptr (GBytes) list = bytes_of ("file /etc/**\n");
  g_autoptr (GBytes) needles = bytes_of ("bytes xx\n");
  g_autofree char *output = NULL;
  g_assert_cmpint (tree_run (tree, "scan", list, needles, &output), ==, 0);
  g_assert_cmpstr (output, ==, "");
}

static void
test_too_large (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/fstab", "");
  g_autofree char *path = tree_path (tree, "/etc/fstab");
  g_assert_cmpint (truncate (path, (4 << 20) + 1), ==, 0);
  int status = 0;
  g_autoptr (GBytes) archive = tree_gather (tree, "file /etc/fstab\n", &status);
  g_assert_cmpint (status, ==, 1);
  g_assert_nonnull (archive);
}

static GBytes *
actions (const char *const *names_and_contents)
{
  g_autoptr (GPtrArray) members =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  for (guint i = 0; names_and_contents[i] != NULL; i += 2) {
    g_autoptr (GBytes) content = bytes_of (names_and_contents[i + 1]);
    g_ptr_array_add (members,
                     tpl_initramfs_member_new (names_and_contents[i], 0100600, 1, content));
  }
  return tpl_initramfs_archive (members);
}

static int
apply (const Tree *tree, const char *const *names_and_contents, char **output)
{
  g_autoptr (GBytes) archive = actions (names_and_contents);
  return tree_run (tree, "apply", archive, NULL, output);
}

static void
test_write_in_place (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/real", "a long text of old");
  tree_link (tree, "/etc/fstab", "/etc/real");
  g_autofree char *path = tree_path (tree, "/etc/real");
  const struct timespec times[2] = {{1000000000, 5}, {1000000001, 7}};
  g_assert_cmpint (chmod (path, 0640), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  struct stat before;
  g_assert_cmpint (stat (path, &before), ==, 0);

  const char *const change[] = {"write!/etc/fstab", "new", NULL};
  g_autofree char *output = NULL;
  g_assert_cmpint (apply (tree, change, &output), ==, 0);
  g_assert_cmpstr (output, ==, "write\t/etc/real\n");
  struct stat after;
  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpuint (after.st_ino, ==, before.st_ino);
  g_assert_cmpuint (after.st_mode, ==, before.st_mode);
  g_assert_cmpint (after.st_mtim.tv_sec, ==, before.st_mtim.tv_sec);
  g_assert_cmpint (after.st_mtim.tv_nsec, ==, before.st_mtim.tv_nsec);
  g_assert_cmpint (after.st_atim.tv_sec, ==, before.st_atim.tv_sec);
  g_autofree char *content = tree_read (tree, "/etc/real");
  g_assert_cmpstr (content, ==, "new");
}

static void
test_remove (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/target", "stays");
  tree_write (tree, "/etc/lvm/devices/system.devices", "x");
  tree_link (tree, "/etc/lvm/devices/link", "/etc/target");
  g_autofree char *directory = tree_path (tree, "/etc/lvm/devices");
  const struct timespec times[2] = {{1000000000, 5}, {1000000001, 7}};
  g_assert_cmpint (utimensat (AT_FDCWD, directory, times, 0), ==, 0);

  const char *const change[] = {"remove!/etc/lvm/devices/system.devices",
                                "",
                                "remove!/etc/lvm/devices/link",
                                "",
                                "remove!/etc/absent",
                                "",
                                NULL};
  g_autofree char *output = NULL;
  g_assert_cmpint (apply (tree, change, &output), ==, 0);
  g_assert_cmpstr (output, ==,
                   "remove\t/etc/lvm/devices/system.devices\nremove\t/etc/lvm/devices/link\n");
  struct stat after;
  g_assert_cmpint (stat (directory, &after), ==, 0);
  g_assert_cmpint (after.st_mtim.tv_sec, ==, 1000000001);
  g_assert_cmpint (after.st_mtim.tv_nsec, ==, 7);
  g_autofree char *target = tree_read (tree, "/etc/target");
  g_assert_cmpstr (target, ==, "stays");
}

static void
test_apply_stays_inside (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autofree char *outside = g_build_filename (tree->base, "outside", NULL);
  g_assert_true (g_file_set_contents (outside, "untouched", -1, NULL));
  tree_link (tree, "/etc/fstab", outside);
  g_autofree char *fifo = tree_path (tree, "/etc/fifo");
  g_assert_cmpint (mkfifo (fifo, 0644), ==, 0);

  static const char *const changes[][3] = {
      {"write!/etc/fstab", "evil", NULL},
      {"write!/../outside", "evil", NULL},
      {"write!/etc/fifo", "evil", NULL},
      {"write!/etc", "evil", NULL},
      {"remove!/etc", "", NULL},
      {"chmod!/etc/fstab", "", NULL},
      {"nothing", "", NULL},
  };
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *output = NULL;
    g_assert_cmpint (apply (tree, changes[i], &output), ==, 1);
    g_assert_cmpstr (output, ==, "");
  }
  g_autofree char *content = NULL;
  g_assert_true (g_file_get_contents (outside, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "untouched");
}

static void
test_immutable (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/fstab", "old");
  tree_write (tree, "/etc/gone", "old");
  if (!tree_shell (tree, "chattr +i root/etc/fstab root/etc/gone root/etc 2>/dev/null")) {
    g_test_skip ("chattr does not work here");
    return;
  }
  const char *const change[] = {"write!/etc/fstab", "new", "remove!/etc/gone", "", NULL};
  g_autofree char *output = NULL;
  g_assert_cmpint (apply (tree, change, &output), ==, 0);
  g_autofree char *content = tree_read (tree, "/etc/fstab");
  g_autofree char *gone = tree_read (tree, "/etc/gone");
  g_assert_cmpstr (content, ==, "new");
  g_assert_null (gone);
  g_assert_true (tree_shell (tree, "lsattr root/etc/fstab | grep -q '^....i'"));
  g_assert_true (tree_shell (tree, "lsattr -d root/etc | grep -q '^....i'"));
}

static void
test_escaped_output (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/a\nb\033", "os-root");
  const char *const change[] = {"write!/etc/a\nb\033", "new os-root", NULL};
  g_autofree char *output = NULL;
  g_assert_cmpint (apply (tree, change, &output), ==, 0);
  g_assert_cmpstr (output, ==, "write\t/etc/a\\012b\\033\n");

  g_autoptr (GBytes) list = bytes_of ("file /etc/*\n");
  g_autoptr (GBytes) needles = bytes_of ("word os-root\n");
  g_autofree char *found = NULL;
  g_assert_cmpint (tree_run (tree, "scan", list, needles, &found), ==, 0);
  g_assert_cmpstr (found, ==, "/etc/a\\012b\\033\tos-root\n");
}

static void
test_scan (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/a", "x ABCD1234-0000 y os-rooted");
  tree_write (tree, "/etc/b", "xos-root os-root2 (os-root) ");
  tree_write (tree, "/etc/c", "os-root");
  tree_write (tree, "/etc/d", "x-os-root os-root_ abcd1234-000");
  tree_write (tree, "/etc/e", "");
  g_autoptr (GBytes) list = bytes_of ("file /etc/**\n");
  g_autoptr (GBytes) needles = bytes_of ("bytes abcd1234-0000\nword os-root\n");
  g_autofree char *output = NULL;
  g_assert_cmpint (tree_run (tree, "scan", list, needles, &output), ==, 0);
  g_assert_cmpstr (output, ==, "/etc/a\tabcd1234-0000\n/etc/b\tos-root\n/etc/c\tos-root\n");
}

/* The whole way, as the program goes it. */
static void
test_whole_way (void)
{
  g_autoptr (Tree) tree = tree_new ();
  tree_write (tree, "/etc/fstab", "/dev/mapper/os-root / xfs defaults 0 0\n");
  tree_write (tree, "/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\"\n");
  tree_write (tree, "/etc/lvm/devices/system.devices", "x");
  tree_write (tree, "/boot/initramfs-1kdump.img", "x");
  g_autoptr (TplRefMap) map = map_from_text ("[vg]\nos=tpl\n[lv]\nos/root=tpl/root\n");
  g_autofree char *list = tpl_gathered_list (FALSE);
  g_autoptr (GError) error = NULL;

  g_autoptr (GBytes) gathered = tree_gather (tree, list, NULL);
  g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, gathered, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (edits->changes->len, ==, 3);
  guint removed = 0;
  for (guint i = 0; i < edits->changes->len; i++) {
    const TplGatheredChange *change = g_ptr_array_index (edits->changes, i);
    removed += strcmp (change->action, "remove") == 0;
  }
  g_assert_cmpuint (removed, ==, 2);
  g_autofree char *output = NULL;
  g_assert_cmpint (tree_run (tree, "apply", edits->archive, NULL, &output), ==, 0);
  g_autofree char *fstab = tree_read (tree, "/etc/fstab");
  g_assert_cmpstr (fstab, ==, "/dev/mapper/tpl-root / xfs defaults 0 0\n");

  g_autoptr (GBytes) again = tree_gather (tree, list, NULL);
  g_autoptr (TplGatheredEdits) none = tpl_gathered_edit (map, again, &error);
  g_assert_no_error (error);
  g_assert_null (none->archive);
  g_autoptr (GPtrArray) left =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  g_assert_true (tpl_gathered_scan (map, NULL, again, left, &error));
  g_assert_cmpuint (left->len, ==, 0);
  g_assert_true (tpl_gathered_scan (map, NULL, gathered, left, &error));
  g_assert_cmpuint (left->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/guest/globs", test_globs);
  g_test_add_func ("/refs/guest/links", test_links);
  g_test_add_func ("/refs/guest/no-files", test_no_files);
  g_test_add_func ("/refs/guest/too-large", test_too_large);
  g_test_add_func ("/refs/guest/write-in-place", test_write_in_place);
  g_test_add_func ("/refs/guest/remove", test_remove);
  g_test_add_func ("/refs/guest/apply-stays-inside", test_apply_stays_inside);
  g_test_add_func ("/refs/guest/immutable", test_immutable);
  g_test_add_func ("/refs/guest/escaped-output", test_escaped_output);
  g_test_add_func ("/refs/guest/scan", test_scan);
  g_test_add_func ("/refs/guest/whole-way", test_whole_way);
  return g_test_run ();
}
