/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for libFuzzer where the compiler has none: feeds a target every file below the given
 * folders, and each of them damaged in a fixed way a few hundred times. */
#include "fuzz.h"

#include <string.h>

enum { DAMAGED_COPIES = 200, MAX_BYTES = 64 << 10 };

static guint
feed_damaged (const char *data, gsize size, GRand *random)
{
  g_autofree char *copy = g_malloc (size);
  guint runs = 0;
  for (guint i = 0; size > 0 && i < DAMAGED_COPIES; i++, runs++) {
    memcpy (copy, data, size);
    gsize end = (gsize)g_rand_int_range (random, 1, (gint32)size + 1);
    for (guint j = 0; j < 1 + i % 4; j++)
      copy[g_rand_int_range (random, 0, (gint32)size)] = (char)g_rand_int_range (random, 0, 256);
    LLVMFuzzerTestOneInput ((const uint8_t *)copy, i % 2 == 0 ? size : end);
  }
  return runs;
}

static guint
feed_file (const char *path, GRand *random)
{
  g_autofree char *data = NULL;
  gsize size = 0;
  if (!g_file_get_contents (path, &data, &size, NULL) || size > MAX_BYTES)
    return 0;
  LLVMFuzzerTestOneInput ((const uint8_t *)data, size);
  return 1 + feed_damaged (data, size, random);
}

static guint
feed_below (const char *path, GRand *random)
{
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return feed_file (path, random);
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;
  guint runs = 0;
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    runs += feed_below (child, random);
  }
  return runs;
}

int
main (int argc, char **argv)
{
  GRand *random = g_rand_new_with_seed (1);
  guint runs = 0;
  for (int i = 1; i < argc; i++)
    runs += feed_below (argv[i], random);
  g_rand_free (random);
  g_print ("%u inputs\n", runs);
  return runs > 0 ? 0 : 1;
}
