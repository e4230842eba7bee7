/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest-tree.h"

#include "helper/newc.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

Tree *
tree_new (void)
{
  Tree *tree = g_new0 (Tree, 1);
  g_autoptr (GError) error = NULL;
  tree->base = g_dir_make_tmp ("tpl-refs-XXXXXX", &error);
  g_assert_no_error (error);
  tree->root = g_build_filename (tree->base, "root", NULL);
  g_assert_cmpint (g_mkdir_with_parents (tree->root, 0755), ==, 0);
  return tree;
}

void
tree_free (Tree *tree)
{
  g_autofree char *line =
      g_strdup_printf ("chattr -R -i -a '%s' 2>/dev/null; rm -rf '%s'", tree->base, tree->base);
  g_assert_cmpint (system (line), ==, 0);
  g_free (tree->base);
  g_free (tree->root);
  g_free (tree);
}

char *
tree_path (const Tree *tree, const char *path)
{
  return g_strconcat (tree->root, path, NULL);
}

static void
make_parents (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
}

void
tree_write_bytes (const Tree *tree, const char *path, GBytes *content)
{
  g_autofree char *full = tree_path (tree, path);
  g_autoptr (GError) error = NULL;
  make_parents (full);
  g_file_set_contents (full, g_bytes_get_data (content, NULL), (gssize)g_bytes_get_size (content),
                       &error);
  g_assert_no_error (error);
}

void
tree_write (const Tree *tree, const char *path, const char *content)
{
  g_autoptr (GBytes) bytes = bytes_of (content);
  tree_write_bytes (tree, path, bytes);
}

void
tree_link (const Tree *tree, const char *path, const char *target)
{
  g_autofree char *full = tree_path (tree, path);
  make_parents (full);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

char *
tree_read (const Tree *tree, const char *path)
{
  g_autofree char *full = tree_path (tree, path);
  char *content = NULL;
  g_file_get_contents (full, &content, NULL, NULL);
  return content;
}

static char *
put_beside (const Tree *tree, const char *name, GBytes *content)
{
  char *path = g_build_filename (tree->base, name, NULL);
  g_autoptr (GError) error = NULL;
  if (content != NULL)
    g_file_set_contents (path, g_bytes_get_data (content, NULL), (gssize)g_bytes_get_size (content),
                         &error);
  g_assert_no_error (error);
  return path;
}

static int
run_helper (const char *const *argv, char **output)
{
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  g_assert_nonnull (argv[0]);
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, output, &errors, &status,
                &error);
  g_assert_no_error (error);
  if (*errors != '\0')
    g_test_message ("%s", errors);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

int
tree_run (const Tree *tree, const char *command, GBytes *first, GBytes *second, char **output)
{
  g_autofree char *one = put_beside (tree, "first", first);
  g_autofree char *two = put_beside (tree, "second", second);
  const char *argv[] = {g_getenv ("TPL_HELPER"),
                        command,
                        tree->root,
                        one,
                        strcmp (command, "apply") == 0 ? NULL : two,
                        NULL};
  return run_helper (argv, output);
}

static GBytes *
read_file (const char *path)
{
  char *data = NULL;
  gsize size = 0;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

GBytes *
tree_gather (const Tree *tree, const char *list, int *status)
{
  g_autoptr (GBytes) lines = bytes_of (list);
  g_autofree char *output = NULL;
  g_autofree char *out = g_build_filename (tree->base, "second", NULL);
  int result = tree_run (tree, "gather", lines, NULL, &output);
  if (status == NULL)
    g_assert_cmpint (result, ==, 0);
  else
    *status = result;
  return read_file (out);
}

GBytes *
tree_gather_and_scan (const Tree *tree, const char *list, const char *scan_list,
                      const char *needles, char **found)
{
  g_autoptr (GBytes) lines = bytes_of (list);
  g_autoptr (GBytes) scan_lines = bytes_of (scan_list);
  g_autoptr (GBytes) needle_lines = bytes_of (needles);
  g_autofree char *first = put_beside (tree, "first", lines);
  g_autofree char *out = put_beside (tree, "second", NULL);
  g_autofree char *third = put_beside (tree, "third", scan_lines);
  g_autofree char *fourth = put_beside (tree, "fourth", needle_lines);
  const char *argv[]
      = {g_getenv ("TPL_HELPER"), "gather", tree->root, first, out, third, fourth, NULL};
  g_assert_cmpint (run_helper (argv, found), ==, 0);
  return read_file (out);
}

char *
archive_listing (GBytes *archive)
{
  g_autoptr (GString) listing = g_string_new (NULL);
  struct tpl_newc_reader reader = {g_bytes_get_data (archive, NULL), g_bytes_get_size (archive), 0};
  struct tpl_newc_member member;
  enum tpl_newc_step step;
  while ((step = tpl_newc_next (&reader, &member)) == TPL_NEWC_MEMBER)
    g_string_append_printf (listing, "%s%s=%.*s", listing->len > 0 ? "|" : "", member.name,
                            (int)member.header.size_bytes, member.content);
  g_assert_cmpint (step, ==, TPL_NEWC_END);
  return g_strdup (listing->str);
}

gboolean
tree_shell (const Tree *tree, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("cd '%s' && { %s\n}", tree->base, line);
  return system (whole) == 0;
}

gboolean
skip_without (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  if (path != NULL)
    return FALSE;
  g_autofree char *why = g_strdup_printf ("%s is not installed", program);
  g_test_skip (why);
  return TRUE;
}
