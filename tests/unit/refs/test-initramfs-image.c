/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real images, made with cpio and each compressor: an early plain archive and the main one, then
 * what we append. What the kernel makes of them is what cpio makes of the pieces, unpacked one over
 * the other. */
#include "guest-tree.h"
#include "map-file.h"
#include "refs/gathered.h"
#include "refs/refs.h"

#include <string.h>

#define IMAGE    "/boot/initrd.img-1"
#define OLD_UUID "01234567-89ab-4cde-8f01-23456789abcd"
#define NEW_UUID "99999999-1111-4222-8333-444444444444"

static const char map_text[] = "[uuid]\n" OLD_UUID "=" NEW_UUID "\n[vg]\nos=tpl\n"
                               "[lv]\nos/root=tpl/root\nos/swap=\n";

/* What is in the main archive: initramfs-tools' and dracut's ways side by side. */
static const char *const main_files[][2] = {
    {"conf/conf.d/resume", "RESUME=UUID=" OLD_UUID "\n"},
    {"etc/fstab.empty", "/dev/os/root / xfs\n"},
    {"etc/cmdline.d/00-root.conf", " root=/dev/mapper/os-root rd.lvm.lv=os/swap rd.lvm.lv=os/root"},
    {"etc/lvm/backup/os", "os {\n}\n# " OLD_UUID "\n"},
    {"etc/other", "x" OLD_UUID "\n"},
    {"usr/lib/dracut/hooks/initqueue/finished/devexists-\\x2fdev\\x2fmapper\\x2fos-root.sh",
     "[ -e \"/dev/mapper/os-root\" ]\n"},
    {"usr/lib/dracut/hooks/initqueue/finished/devexists-\\x2fdev\\x2fmapper\\x2fos-swap.sh",
     "[ -e \"/dev/mapper/os-swap\" ]\n"},
    {"etc/systemd/system/dev-mapper-os\\x2droot.device.d/timeout.conf",
     "[Unit]\nJobTimeoutSec=0\n"},
    {"etc/linked-a", "/dev/os/root\n"},
    {"big", ""},
};

static void
make_main (const Tree *tree)
{
  for (guint i = 0; i < G_N_ELEMENTS (main_files); i++) {
    g_autofree char *path = g_strconcat ("/../main/", main_files[i][0], NULL);
    tree_write (tree, path, main_files[i][1]);
  }
  tree_link (tree, "/../main/etc/systemd/system/initrd.target.wants/dev-mapper-os\\x2droot.device",
             "../dev-mapper-os\\x2droot.device");
  tree_link (tree, "/../main/etc/systemd/system/initrd.target.wants/dev-mapper-os\\x2dswap.device",
             "../dev-mapper-os\\x2dswap.device");
  tree_write (tree, "/../early/kernel/x86/microcode/GenuineIntel.bin", "microcode");
  g_assert_true (tree_shell (
      tree, "mkdir -p root/boot && dd if=/dev/urandom of=main/big bs=64k count=9 status=none && "
            "ln main/etc/linked-a main/etc/fstab && "
            "(cd early && find . | cpio -o -H newc --quiet) > early.cpio && "
            "(cd main && find . | LC_ALL=C sort | cpio -o -H newc --quiet) > main.cpio"));
}

static char *
unpacked (const Tree *tree, const char *name)
{
  g_autofree char *path = g_strconcat ("/../unpacked/", name, NULL);
  return tree_read (tree, path);
}

static void
assert_unpacked (const Tree *tree, const char *name, const char *expected)
{
  g_autofree char *content = unpacked (tree, name);
  g_test_message ("%s", name);
  g_assert_cmpstr (content, ==, expected);
}

static void
assert_overridden (const Tree *tree)
{
  assert_unpacked (tree, "conf/conf.d/resume", "RESUME=UUID=" NEW_UUID "\n");
  assert_unpacked (tree, "etc/fstab.empty", "/dev/tpl/root / xfs\n");
  assert_unpacked (tree, "etc/cmdline.d/00-root.conf",
                   " root=/dev/mapper/tpl-root rd.lvm.lv=tpl/root");
  assert_unpacked (tree, main_files[5][0], "[ -e \"/dev/mapper/tpl-root\" ]\n");
  assert_unpacked (tree, main_files[6][0], ":\n");
  assert_unpacked (tree, "etc/systemd/system/dev-mapper-tpl\\x2droot.device.d/timeout.conf",
                   "[Unit]\nJobTimeoutSec=0\n");
  assert_unpacked (tree, "etc/fstab", "/dev/tpl/root\n");
  /* Another name of fstab's inode, which nothing says to be a text of that kind: not written
   * through. */
  assert_unpacked (tree, "etc/linked-a", "/dev/os/root\n");
  assert_unpacked (tree, "etc/other", "x" OLD_UUID "\n");
  assert_unpacked (tree, "kernel/x86/microcode/GenuineIntel.bin", "microcode");
  g_assert_true (tree_shell (
      tree, "cd unpacked/etc/systemd/system && ! test -e ../../lvm/backup/os && "
            "test $(readlink 'dev-mapper-os\\x2droot.device') = /dev/null && "
            "test $(readlink 'dev-mapper-os\\x2dswap.device') = /dev/null && "
            "test $(readlink 'initrd.target.wants/dev-mapper-os\\x2droot.device') = /dev/null && "
            "test $(readlink 'initrd.target.wants/dev-mapper-os\\x2dswap.device') = /dev/null && "
            "test \"$(readlink 'initrd.target.wants/dev-mapper-tpl\\x2droot.device')\" = "
            "'../dev-mapper-tpl\\x2droot.device' && "
            "cmp ../../../../main/big ../../../big"));
}

/* gather, edit, apply. Returns whether there was anything to change. */
static gboolean
shrink_once (const Tree *tree)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autofree char *list = tpl_gathered_list (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) gathered = tree_gather (tree, list, NULL);
  g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, gathered, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < edits->warnings->len; i++)
    g_test_message ("%s", (const char *)g_ptr_array_index (edits->warnings, i));
  g_assert_cmpuint (edits->warnings->len, ==, 0);
  if (edits->archive == NULL)
    return FALSE;
  g_autofree char *output = NULL;
  g_assert_cmpint (tree_run (tree, "apply", edits->archive, NULL, &output), ==, 0);
  g_assert_cmpstr (output, ==, "append\t" IMAGE "\n");
  return TRUE;
}

/* What a first look at the image finds: its members, and what names the old disk. The caller's. */
static GBytes *
look (const Tree *tree, const TplRefMap *map, char **found)
{
  g_autofree char *list = tpl_gathered_list (FALSE);
  g_autofree char *needles = tpl_refs_needles (map);
  g_autofree char *scan_list = tpl_gathered_scan_list (FALSE);
  return tree_gather_and_scan (tree, list, scan_list, needles, found);
}

/* A second look, at what was added alone, says the same as one at all: that `found` is left. */
static void
assert_same_by_additions (const Tree *tree, const TplRefMap *map, GBytes *before,
                          const char *found_before, const char *found)
{
  g_autofree char *list = tpl_gathered_list (TRUE);
  g_autofree char *needles = tpl_refs_needles (map);
  g_autofree char *scan_list = tpl_gathered_scan_list (TRUE);
  g_autofree char *found_again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) after = tree_gather_and_scan (tree, list, scan_list, needles, &found_again);
  g_autoptr (GPtrArray) left
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  g_assert_true (tpl_gathered_scan (map, before, after, left, &error));
  g_assert_cmpuint (left->len, ==, 0);
  g_autofree char *still = tpl_gathered_still_found (found_before, after, &error);
  g_assert_cmpstr (still, ==, found);
  /* In LZ4's format the whole image was looked at. */
  g_assert_true (*found_again == '\0' || strcmp (found_again, found) == 0);

  /* What nothing was laid over is still looked at. */
  g_autoptr (GBytes) bare = tree_gather (tree, "added " IMAGE "\n", NULL);
  g_assert_true (tpl_gathered_scan (map, before, bare, left, &error));
  g_assert_cmpuint (left->len, >, 0);
}

static void
assert_nothing_left (const Tree *tree, GBytes *before, const char *found_before)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autofree char *list = tpl_gathered_list (FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *needles = tpl_refs_needles (map);
  g_autofree char *scan_list = tpl_gathered_scan_list (TRUE);
  g_autofree char *found_too = NULL;
  g_autoptr (GBytes) gathered = tree_gather_and_scan (tree, list, scan_list, needles, &found_too);
  g_autoptr (GPtrArray) left =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  g_assert_true (tpl_gathered_scan (map, NULL, gathered, left, &error));
  g_assert_cmpuint (left->len, ==, 0);

  /* The scan of every member finds what no edit knows of, and not what an override hides. */
  g_autoptr (GBytes) first = bytes_of (scan_list);
  g_autoptr (GBytes) second = bytes_of (needles);
  g_autofree char *found = NULL;
  g_assert_cmpint (tree_run (tree, "scan", first, second, &found), ==, 0);
  g_assert_cmpstr (found, ==,
                   IMAGE "!etc/linked-a\t/dev/os/root\n" IMAGE "!etc/other\t" OLD_UUID "\n");
  g_assert_cmpstr (found_too, ==, found);
  assert_same_by_additions (tree, map, before, found_before, found);
}

static gsize
image_size (const Tree *tree)
{
  g_autofree char *path = tree_path (tree, IMAGE);
  char *content = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_free (content);
  return size;
}

typedef struct {
  const char *name;
  const char *program;
  const char *pack; /* a shell's filter */
  const char *unpack;
} Compressor;

static const Compressor compressors[] = {
    {"none", "cat", "cat", "cat"},
    {"gzip", "gzip", "gzip -n", "gzip -dc"},
    {"bzip2", "bzip2", "bzip2", "bzip2 -dc"},
    {"xz", "xz", "xz --check=crc32", "xz -dc"},
    {"lzma", "xz", "xz --format=lzma", "xz -dc --format=lzma"},
    {"lzop", "lzop", "lzop", "lzop -dc"},
    {"zstd", "zstd", "zstd -q", "zstd -dcq"},
    {"lz4", "lz4", "lz4 -lq", "lz4 -dcq"},
};

/* Lays the image's pieces over each other in unpacked/: `pieces` makes the cpio files p1, p2, ...
 */
static void
unpack_pieces (const Tree *tree, const char *pieces)
{
  g_autofree char *line = g_strdup_printf ("rm -rf unpacked p?; mkdir unpacked && %s && "
                                           "for p in p?; do (cd unpacked && cpio -idmu --quiet "
                                           "--no-absolute-filenames) < $p || exit 1; done",
                                           pieces);
  g_assert_true (tree_shell (tree, line));
}

static gboolean
skips (const Compressor *compressor)
{
  return skip_without ("cpio") || skip_without (compressor->program);
}

static void
test_image (gconstpointer data)
{
  const Compressor *compressor = data;
  if (skips (compressor))
    return;
  g_autoptr (Tree) tree = tree_new ();
  make_main (tree);
  g_autofree char *pack = g_strdup_printf (
      "%s < main.cpio > packed && cat early.cpio packed > root" IMAGE, compressor->pack);
  g_assert_true (tree_shell (tree, pack));
  gsize before = image_size (tree);
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autofree char *found = NULL;
  g_autoptr (GBytes) members = look (tree, map, &found);

  g_assert_true (shrink_once (tree));
  gsize after = image_size (tree);
  g_assert_cmpuint (after, <, before + 16384);
  assert_nothing_left (tree, members, found);

  /* The kernel takes a plain archive at multiples of four, behind zeros; LZ4 must run on. */
  gboolean plain = strcmp (compressor->name, "lz4") != 0;
  g_autofree char *pieces = g_strdup_printf (
      "cp early.cpio p1 && cp main.cpio p2 && cmp -n %" G_GSIZE_FORMAT " root" IMAGE
      " <(cat early.cpio packed) && tail -c +%" G_GSIZE_FORMAT " root" IMAGE " | %s > p3",
      before, plain ? (before + 3) / 4 * 4 + 1 : before + 1, plain ? "cat" : compressor->unpack);
  g_autofree char *bash = g_strdup_printf ("bash -c '%s'", pieces);
  unpack_pieces (tree, bash);
  assert_overridden (tree);

  g_assert_false (shrink_once (tree));
  g_assert_cmpuint (image_size (tree), ==, after);
}

/* A copy of a copy: the second addition stands behind the first, and wins. */
static void
test_twice (void)
{
  if (skips (&compressors[6]))
    return;
  g_autoptr (Tree) tree = tree_new ();
  make_main (tree);
  g_assert_true (tree_shell (tree, "zstd -q < main.cpio > root" IMAGE ""));
  g_assert_true (shrink_once (tree));

  g_autoptr (TplRefMap) map = map_from_text ("[uuid]\n" NEW_UUID "=" OLD_UUID "\n");
  g_autofree char *list = tpl_gathered_list (FALSE);
  g_autoptr (GBytes) gathered = tree_gather (tree, list, NULL);
  g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, gathered, NULL);
  g_autofree char *output = NULL;
  g_assert_cmpint (tree_run (tree, "apply", edits->archive, NULL, &output), ==, 0);

  g_autoptr (GBytes) again =
      tree_gather (tree, "initrd " IMAGE "\nmember conf/conf.d/*\nmember etc/fstab.*\n", NULL);
  g_autofree char *listing = archive_listing (again);
  g_assert_cmpstr (listing, ==,
                   "initrd!" IMAGE "=|member!" IMAGE "!conf/conf.d/resume=RESUME=UUID=" OLD_UUID
                   "\n"
                   "|member!" IMAGE "!etc/fstab.empty=/dev/tpl/root / xfs\n");
}

/* Images that are none, or damaged: told, and never a crash or a wait. */
static void
test_broken (void)
{
  if (skips (&compressors[6]))
    return;
  static const char *const images[] = {
      ": > root" IMAGE,
      "echo some text > root" IMAGE,
      "head -c 300 main.cpio > root" IMAGE,
      "zstd -q < main.cpio | head -c 2000 > root" IMAGE,
      "head -c 4000 /dev/zero | zstd -q > root" IMAGE
      " && head -c 10 /dev/urandom | zstd -q >> root" IMAGE,
      "zstd -q < main.cpio > root" IMAGE " && printf '\\050\\265\\057\\375junk' > root" IMAGE,
  };
  for (guint i = 0; i < G_N_ELEMENTS (images); i++) {
    g_autoptr (Tree) tree = tree_new ();
    make_main (tree);
    g_assert_true (tree_shell (tree, images[i]));
    g_autoptr (GBytes) gathered = tree_gather (tree, "initrd /boot/initrd*\nmember etc/**\n", NULL);
    g_autofree char *listing = archive_listing (gathered);
    g_test_message ("%s: %s", images[i], listing);
    g_assert_true (g_str_has_prefix (listing, "initrd!" IMAGE "="));
    g_assert_cmpuint (strlen (listing), >, strlen ("initrd!" IMAGE "="));

    g_autoptr (TplRefMap) map = map_from_text (map_text);
    g_autoptr (GPtrArray) left = g_ptr_array_new ();
    g_autoptr (GError) error = NULL;
    g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, gathered, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (edits->warnings->len, ==, 1);
    g_assert_false (tpl_gathered_scan (map, NULL, gathered, left, &error));
  }
}

/* Padding behind a compressed archive, which some tools complain of. */
static void
test_padded (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (compressors); i++) {
    if (skips (&compressors[i]))
      continue;
    g_autoptr (Tree) tree = tree_new ();
    make_main (tree);
    g_autofree char *pack =
        g_strdup_printf ("cat early.cpio > root" IMAGE " && %s < main.cpio >> root" IMAGE
                         " && head -c 517 /dev/zero >> root" IMAGE,
                         compressors[i].pack);
    g_assert_true (tree_shell (tree, pack));
    g_autoptr (GBytes) gathered =
        tree_gather (tree, "initrd " IMAGE "\nmember conf/conf.d/*\n", NULL);
    g_autofree char *listing = archive_listing (gathered);
    g_assert_cmpstr (listing, ==,
                     "initrd!" IMAGE "=|member!" IMAGE "!conf/conf.d/resume=RESUME=UUID=" OLD_UUID
                     "\n");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (compressors); i++) {
    g_autofree char *name = g_strconcat ("/refs/initramfs/", compressors[i].name, NULL);
    g_test_add_data_func (name, &compressors[i], test_image);
  }
  g_test_add_func ("/refs/initramfs/twice", test_twice);
  g_test_add_func ("/refs/initramfs/broken", test_broken);
  g_test_add_func ("/refs/initramfs/padded", test_padded);
  return g_test_run ();
}
