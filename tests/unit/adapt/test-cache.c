/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A toolbox that was kept is found again, as long as it is right, and the user's own. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/cache.h"

static void
write_file (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Keeps "image", made of the file `of`. The caller's; NULL: no nameless files here. */
static char *
keep (const char *folder, const char *of)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const int fd = tpl_cache_begin (folder);
  if (fd < 0)
    return NULL;
  g_assert_true (tpl_cache_append (list, of));
  g_assert_cmpint (write (fd, "image", 5), ==, 5);
  char *image = tpl_cache_keep (folder, "key", list->str, fd, &error);
  g_assert_no_error (error);
  close (fd);
  return image;
}

static void
test_kept (void)
{
  g_autofree char *folder = tpl_cache_folder ();
  g_assert_nonnull (folder);
  g_autofree char *tool = g_build_filename (folder, "tool", NULL);
  write_file (tool, "one");
  g_assert_null (tpl_cache_find (folder, "key"));
  g_autofree char *image = keep (folder, tool);
  if (!image) {
    g_test_skip ("no O_TMPFILE here");
    return;
  }
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (image, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "image");
  g_autofree char *found = tpl_cache_find (folder, "key");
  g_assert_cmpstr (found, ==, image);
  g_assert_null (tpl_cache_find (folder, "another"));

  /* Two runs that make the same at once. */
  g_autofree char *again = keep (folder, tool);
  g_assert_cmpstr (again, ==, image);

  /* As an upgrade of the package does. */
  write_file (tool, "two");
  g_assert_null (tpl_cache_find (folder, "key"));
  g_autofree char *renewed = keep (folder, tool);
  g_assert_cmpstr (renewed, !=, image);
  g_unlink (tool);
  g_assert_null (tpl_cache_find (folder, "key"));

  /* Somebody tidied up. */
  write_file (tool, "three");
  g_autofree char *last = keep (folder, tool);
  g_unlink (last);
  g_assert_null (tpl_cache_find (folder, "key"));
}

static void
test_unused (void)
{
  static const struct timespec long_ago[] = { { 0, 0 }, { 0, 0 } };
  g_autofree char *folder = tpl_cache_folder ();
  g_autofree char *old = g_build_filename (folder, "old.img", NULL);
  g_autofree char *new = g_build_filename (folder, "new.img", NULL);
  write_file (old, "");
  write_file (new, "");
  g_assert_cmpint (utimensat (AT_FDCWD, old, long_ago, 0), ==, 0);
  g_free (tpl_cache_folder ());
  /* What a run has found stays, whatever the clock does meanwhile. */
  g_assert_true (g_file_test (old, G_FILE_TEST_EXISTS));
  const int fd = tpl_cache_begin (folder);
  if (fd >= 0)
    close (fd);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (new, G_FILE_TEST_EXISTS));
}

/* What others can write to would let them choose what runs in the appliance. */
static void
test_not_ours (void)
{
  g_autofree char *folder = tpl_cache_folder ();
  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  g_assert_null (tpl_cache_folder ());
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  g_autofree char *moved = g_strconcat (folder, ".moved", NULL);
  g_assert_cmpint (g_rename (folder, moved), ==, 0);
  g_assert_cmpint (symlink (moved, folder), ==, 0);
  g_assert_null (tpl_cache_folder ());
  g_assert_cmpint (g_unlink (folder), ==, 0);
  g_assert_cmpint (g_rename (moved, folder), ==, 0);
}

/* As libguestfs looks for a place. */
static void
test_place (void)
{
  g_autofree char *named = g_strdup (g_getenv ("LIBGUESTFS_CACHEDIR"));
  g_assert_cmpstr (tpl_cache_parent (), ==, named);
  g_unsetenv ("LIBGUESTFS_CACHEDIR");
  g_setenv ("TMPDIR", "/somewhere", TRUE);
  g_assert_cmpstr (tpl_cache_parent (), ==, "/somewhere");
  g_unsetenv ("TMPDIR");
  g_assert_cmpstr (tpl_cache_parent (), ==, "/var/tmp");
  g_setenv ("LIBGUESTFS_CACHEDIR", named, TRUE);
}

int
main (int argc, char **argv)
{
  g_autofree char *parent = g_dir_make_tmp ("tpl-test-XXXXXX", NULL);
  g_autofree char *command = g_strconcat ("rm -rf ", parent, NULL);
  g_test_init (&argc, &argv, NULL);
  g_setenv ("LIBGUESTFS_CACHEDIR", parent, TRUE);
  g_test_add_func ("/cache/kept", test_kept);
  g_test_add_func ("/cache/unused", test_unused);
  g_test_add_func ("/cache/not-ours", test_not_ours);
  g_test_add_func ("/cache/place", test_place);
  const int result = g_test_run ();
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  return result;
}
