/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One test a folder of fixtures/refs: before/ edited by map.ini must be after/, and leave nothing old. */
#include "map-file.h"
#include "refs/refs.h"

#include <string.h>

static void
complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Marks the test as failed and goes on: one run shows all that differs. */
static void
complain (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("%s", message);
  g_test_fail ();
}

static GBytes *
read_file (const char *path)
{
  char *data = NULL;
  gsize size = 0;
  if (!g_file_get_contents (path, &data, &size, NULL))
    return NULL;
  return g_bytes_new_take (data, size);
}

/* Paths of all regular files below `root`, as "/etc/fstab". */
static void
list_files (const char *root, const char *below, GPtrArray *files)
{
  g_autofree char *path = g_strconcat (root, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_strconcat (below, "/", name, NULL);
    g_autofree char *full = g_strconcat (root, child, NULL);
    if (g_file_test (full, G_FILE_TEST_IS_DIR))
      list_files (root, child, files);
    else
      g_ptr_array_add (files, g_steal_pointer (&child));
  }
}

static GPtrArray *
files_below (const char *root)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  list_files (root, "", files);
  return files;
}

static GBytes *
edited (const TplRefMap *map, const char *path, GBytes *before, GPtrArray *warnings)
{
  const TplRefKind *kind = tpl_ref_kind_for_path (path);
  if (kind == NULL) {
    complain ("%s belongs to no kind", path);
    return NULL;
  }
  if (tpl_refs_removes (kind, map, path))
    return NULL;
  g_autoptr (GError) error = NULL;
  GBytes *after = NULL;
  g_assert_true (tpl_refs_edit (kind, map, path, before, &after, warnings, &error));
  g_assert_no_error (error);
  return after != NULL ? after : g_bytes_ref (before);
}

static void
assert_same (const char *path, GBytes *got, GBytes *expected)
{
  if ((got == NULL) != (expected == NULL))
    complain ("%s: %s", path, got == NULL ? "was removed" : "should have been removed");
  if (got == NULL || expected == NULL || g_bytes_equal (got, expected))
    return;
  gsize size = 0;
  const char *data = g_bytes_get_data (got, &size);
  complain ("%s: is not what after/ has, but:\n%.*s", path, (int) size, data);
}

static void
assert_nothing_left (const TplRefMap *map, const char *path, GBytes *content)
{
  g_autoptr (GPtrArray) left =
    g_ptr_array_new_with_free_func ((GDestroyNotify) tpl_ref_leftover_free);
  tpl_refs_scan (map, path, content, left);
  for (guint i = 0; i < left->len; i++) {
    const TplRefLeftover *leftover = g_ptr_array_index (left, i);
    if (!leftover->comment)
      complain ("%s:%u: %s is left", path, leftover->line, leftover->found);
  }
}

static void
check_file (const TplRefMap *map, const char *folder, const char *path, GPtrArray *warnings)
{
  g_autofree char *before_path = g_strconcat (folder, "/before", path, NULL);
  g_autofree char *after_path = g_strconcat (folder, "/after", path, NULL);
  g_autoptr (GBytes) before = read_file (before_path);
  g_autoptr (GBytes) expected = read_file (after_path);
  g_autoptr (GBytes) once = edited (map, path, before, warnings);
  assert_same (path, once, expected);
  if (once == NULL)
    return;

  g_autoptr (GBytes) twice = edited (map, path, once, NULL);
  g_assert_true (g_bytes_equal (once, twice));
  assert_nothing_left (map, path, once);

  g_autoptr (TplRefMap) kept = tpl_ref_map_new ();
  const TplRefKind *kind = tpl_ref_kind_for_path (path);
  GBytes *unchanged = NULL;
  g_assert_true (tpl_refs_edit (kind, kept, path, before, &unchanged, NULL, NULL));
  g_assert_null (unchanged);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* warnings.txt has one line each, sorted; without the file there must be none. */
static void
check_warnings (const char *folder, GPtrArray *warnings)
{
  g_autofree char *path = g_strconcat (folder, "/warnings.txt", NULL);
  g_autofree char *expected = NULL;
  if (!g_file_get_contents (path, &expected, NULL, NULL))
    expected = g_strdup ("");
  g_autoptr (GString) got = g_string_new (NULL);
  g_ptr_array_sort (warnings, compare_strings);
  for (guint i = 0; i < warnings->len; i++)
    g_string_append_printf (got, "%s\n", (const char *) g_ptr_array_index (warnings, i));
  g_assert_cmpstr (got->str, ==, expected);
}

static void
check_folder (gconstpointer data)
{
  const char *folder = data;
  g_autofree char *map_path = g_strconcat (folder, "/map.ini", NULL);
  g_autofree char *before = g_strconcat (folder, "/before", NULL);
  g_autofree char *after = g_strconcat (folder, "/after", NULL);
  g_autoptr (TplRefMap) map = map_from_file (map_path);
  g_autoptr (GPtrArray) files = files_below (before);
  g_autoptr (GPtrArray) files_after = files_below (after);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  g_assert_cmpuint (files->len, >, 0);
  g_assert_cmpuint (files->len, >=, files_after->len);
  for (guint i = 0; i < files->len; i++)
    check_file (map, folder, g_ptr_array_index (files, i), warnings);
  check_warnings (folder, warnings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (FIXTURES_REFS, 0, &error);
  g_assert_no_error (error);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *test = g_strconcat ("/refs/golden/", name, NULL);
    g_test_add_data_func_full (test, g_build_filename (FIXTURES_REFS, name, NULL), check_folder,
                               g_free);
  }
  return g_test_run ();
}
