/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/manifest.h"
#include "receipt/manifest-line.h"

#include "folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STATE(mode, content)                                                                       \
  "\"type\":\"file\",\"mode\":\"" mode "\",\"size\":3,\"content\":\"" content "\""

static void
test_lines (void)
{
  static const struct {
    const char *text;
    gboolean is_fine;
  } cases[] = {
    { "{\"path\":\"/a\",\"side\":\"both\"," STATE ("0644", "aa") "}", TRUE },
    { "{\"path\":\"/a\\\\042}\",\"side\":\"target\",\"type\":\"link\",\"link\":\"{,}\"}", TRUE },
    { "{\"inode\":\"12\",\"side\":\"source\",\"type\":\"file\",\"name\":\"/x\"}", TRUE },
    { "", FALSE },
    { "{\"path\":\"/a\"}", FALSE },
    { "{\"path\":\"/a\",\"side\":\"both\"}", FALSE },
    { "{\"path\":\"/a\",\"side\":\"left\",\"type\":\"file\"}", FALSE },
    { "{\"name\":\"/a\",\"side\":\"both\",\"type\":\"file\"}", FALSE },
    { "{\"path\":\"/a\",\"side\":\"both\",\"type\":\"file\"} ", FALSE },
    { "{\"path\":\"/a\",\"side\":\"both\",\"type\":file}", FALSE },
    { "{\"path\":\"/\033[1m\",\"side\":\"both\",\"type\":\"file\"}", FALSE },
    { "{\"path\":\"/a\",\"side\":\"both\",\"size\":}", FALSE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    TplManifestLine line;
    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (tpl_manifest_line_parse (cases[i].text, strlen (cases[i].text), &line), ==,
                     cases[i].is_fine);
  }
}

typedef struct {
  Folder folder;
  char *manifest;
  GString *said; /* "NAME: WHAT\n" */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  folder_make (&fixture->folder, data);
  fixture->manifest = g_build_filename (fixture->folder.root, "r.json.files.gz", NULL);
  fixture->said = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_string_free (fixture->said, TRUE);
  g_free (fixture->manifest);
  folder_remove (&fixture->folder, data);
}

/* Writes a manifest of the volumes part:1 and part:2, which have the same lines. */
static void
write_manifest (const Fixture *fixture, const char *sorted)
{
  g_autoptr (GError) error = NULL;
  int fd = open (fixture->manifest, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_autoptr (TplManifestWriter) writer = tpl_manifest_writer_new (fd, &error);
  g_assert_no_error (error);
  g_assert_true (tpl_manifest_writer_add (writer, "part:1", sorted, &error));
  g_assert_true (tpl_manifest_writer_add (writer, "part:2", sorted, &error));
  g_assert_true (tpl_manifest_writer_finish (writer, &error));
  g_assert_no_error (error);
  close (fd);
}

static void
say (const char *name, const char *what, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_printf (fixture->said, "%s: %s\n", name, what);
}

/* Compares both volumes; the second with `second`. */
static gboolean
compare (Fixture *fixture, const char *first, const char *second, GError **error)
{
  const char *const found[] = { first, second };
  const char *const volumes[] = { "part:1", "part:2" };
  guint64 compared = 0;
  g_autoptr (TplManifestReader) manifest = tpl_manifest_reader_open (fixture->manifest, error);
  for (int i = 0; manifest && i < 2; i++) {
    g_autoptr (TplManifestReader) lines = tpl_manifest_reader_open (found[i], error);
    if (!lines
        || !tpl_manifest_compare (manifest, volumes[i], lines, say, fixture, &compared, error))
      return FALSE;
  }
  return manifest && tpl_manifest_check_end (manifest, error);
}

static const char recorded[]
    = "{\"inode\":\"7\",\"side\":\"both\"," STATE ("0644", "bb") ",\"name\":\"/two\"}\n"
      "{\"path\":\"/\",\"side\":\"both\",\"type\":\"directory\",\"mode\":\"0755\"}\n"
      "{\"path\":\"/a b\",\"side\":\"both\"," STATE ("0644", "aa") "}\n"
      "{\"path\":\"/a\",\"side\":\"source\"," STATE ("0644", "old") "}\n"
      "{\"path\":\"/a\",\"side\":\"target\"," STATE ("0644", "new") "}\n"
      "{\"path\":\"/gone\",\"side\":\"source\"," STATE ("0644", "gg") "}\n"
      "{\"path\":\"/one\",\"side\":\"both\",\"type\":\"file\",\"inode\":\"7\"}\n"
      "{\"path\":\"/z\\\\303\",\"side\":\"both\"," STATE ("0644", "zz") "}\n";

static const char as_recorded[]
    = "{\"inode\":\"7\",\"side\":\"both\"," STATE ("0644", "bb") ",\"name\":\"/one\"}\n"
      "{\"path\":\"/\",\"side\":\"both\",\"type\":\"directory\",\"mode\":\"0755\"}\n"
      "{\"path\":\"/a b\",\"side\":\"both\"," STATE ("0644", "aa") "}\n"
      "{\"path\":\"/a\",\"side\":\"both\"," STATE ("0644", "new") "}\n"
      "{\"path\":\"/one\",\"side\":\"both\",\"type\":\"file\",\"inode\":\"7\"}\n"
      "{\"path\":\"/z\\\\303\",\"side\":\"both\"," STATE ("0644", "zz") "}\n";

static const char changed[]
    = "{\"inode\":\"7\",\"side\":\"both\"," STATE ("0600", "cc") ",\"name\":\"/one\"}\n"
      "{\"path\":\"/\",\"side\":\"both\",\"type\":\"directory\",\"mode\":\"0755\"}\n"
      "{\"path\":\"/a\",\"side\":\"both\"," STATE ("0644", "old") "}\n"
      "{\"path\":\"/new\",\"side\":\"both\"," STATE ("0644", "nn") "}\n"
      "{\"path\":\"/one\",\"side\":\"both\",\"type\":\"file\",\"inode\":\"7\"}\n"
      "{\"path\":\"/z\\\\303\",\"side\":\"both\"," STATE ("0644", "zz") ",\"xattrs\":\"ab\"}\n";

static void
test_compare (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = folder_put (&fixture->folder, "before", recorded, 0600);
  g_autofree char *same = folder_put (&fixture->folder, "same", as_recorded, 0600);
  g_autofree char *other = folder_put (&fixture->folder, "other", changed, 0600);
  write_manifest (fixture, before);
  g_assert_true (compare (fixture, same, same, &error));
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_assert_true (compare (fixture, same, other, &error));
  g_assert_cmpstr (fixture->said->str, ==,
                   "/one: mode 0644 -> 0600, content\n"
                   "/a b: missing\n"
                   "/a: content\n"
                   "/new: new\n"
                   "/z\\303: xattrs\n");
}

/* What was damaged is refused, whatever byte it is; a bit that gzip has no use for changes nothing.
 * (The receipt has the SHA-256 of the whole, which finds that too.) */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autofree char *before = folder_put (&fixture->folder, "before", recorded, 0600);
  g_autofree char *same = folder_put (&fixture->folder, "same", as_recorded, 0600);
  g_autofree char *bytes = NULL;
  gsize length = 0;
  write_manifest (fixture, before);
  g_file_get_contents (fixture->manifest, &bytes, &length, NULL);
  for (gsize cut = 0; cut < length; cut++) {
    g_autoptr (GError) error = NULL;
    g_file_set_contents (fixture->manifest, bytes, (gssize)cut, NULL);
    g_assert_false (compare (fixture, same, same, &error));
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  }
  for (gsize at = 10; at < length; at++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *damaged = g_memdup2 (bytes, length);
    damaged[at] ^= 0x10;
    g_file_set_contents (fixture->manifest, damaged, (gssize)length, NULL);
    if (!compare (fixture, same, same, &error))
      g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
    g_assert_cmpstr (fixture->said->str, ==, "");
  }
}

/* A million files: written, read and compared in the memory of some lines. */
static void
test_a_million (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  struct rusage before, after;
  g_autofree char *path = g_build_filename (fixture->folder.root, "lines", NULL);
  FILE *file = fopen (path, "w");
  for (guint i = 0; i < 1000 * 1000; i++)
    fprintf (file, "{\"path\":\"/srv/data/%07u\",\"side\":\"both\"," STATE ("0644", "%064x") "}\n",
             i, i * 2654435761u);
  fclose (file);
  getrusage (RUSAGE_SELF, &before);
  write_manifest (fixture, path);
  g_assert_true (compare (fixture, path, path, &error));
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_test_message ("%ld KiB more", after.ru_maxrss - before.ru_maxrss);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 16 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manifest/lines", test_lines);
  g_test_add ("/manifest/compare", Fixture, NULL, set_up, test_compare, tear_down);
  g_test_add ("/manifest/damage", Fixture, NULL, set_up, test_damage, tear_down);
  g_test_add ("/manifest/a-million", Fixture, NULL, set_up, test_a_million, tear_down);
  return g_test_run ();
}
