/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for libFuzzer: gives the fuzz target every file under the folders that it is called
 * with, and every file's halves, so that a corpus is a test with any compiler. */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static guint
run_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &error))
    g_error ("%s", error->message);
  for (guint part = 1; part <= 8; part++) {
    const gsize size = length * part / 8;
    /* A copy of just this size, so that a sanitizer sees what reads beyond it. */
    g_autofree uint8_t *data = g_memdup2 (text, size);

    LLVMFuzzerTestOneInput (data, size);
  }
  return 1;
}

static guint
run (const char *path)
{
  g_autoptr (GDir) folder = NULL;
  const char *name;
  guint files = 0;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return run_file (path);
  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *inside = g_build_filename (path, name, NULL);

    files += run (inside);
  }
  return files;
}

int
main (int argc, char **argv)
{
  guint files = 0;

  for (int i = 1; i < argc; i++)
    files += run (argv[i]);
  g_print ("%u files\n", files);
  return files > 0 ? 0 : 1;
}
