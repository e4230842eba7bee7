/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-glob.h"
#include "helper/newc.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *data;
  size_t size;
} Archive;

static Archive
write_archive (const char *const *names_and_contents)
{
  Archive archive = {NULL, 0};
  FILE *stream = open_memstream (&archive.data, &archive.size);
  for (guint i = 0; names_and_contents[i] != NULL; i += 2) {
    const struct tpl_newc_header header = {
        .ino = i,
        .mode = 0100644,
        .nlink = 1,
        .mtime = 0xfedcba98,
        .size_bytes = (uint32_t)strlen (names_and_contents[i + 1]),
    };
    tpl_newc_write (stream, &header, names_and_contents[i], names_and_contents[i + 1]);
  }
  tpl_newc_write_trailer (stream);
  g_assert_cmpint (fclose (stream), ==, 0);
  return archive;
}

static void
test_round_trip (void)
{
  static const char *const files[] = {"a",    "1", "ab", "12",    "abc", "123",
                                      "abcd", "",  "e",  "12345", NULL};
  Archive archive = write_archive (files);
  g_assert_cmpuint (archive.size % 4, ==, 0);
  struct tpl_newc_reader reader = {archive.data, archive.size, 0};
  struct tpl_newc_member member;
  for (guint i = 0; files[i] != NULL; i += 2) {
    g_assert_cmpint (tpl_newc_next (&reader, &member), ==, TPL_NEWC_MEMBER);
    g_assert_cmpstr (member.name, ==, files[i]);
    g_assert_cmpuint (member.header.size_bytes, ==, strlen (files[i + 1]));
    g_assert_cmpint (memcmp (member.content, files[i + 1], strlen (files[i + 1])), ==, 0);
    g_assert_cmpuint (member.header.ino, ==, i);
    g_assert_cmpuint (member.header.mode, ==, 0100644);
    g_assert_cmpuint (member.header.mtime, ==, 0xfedcba98);
    g_assert_cmpuint (reader.at % 4, ==, 0);
  }
  g_assert_cmpint (tpl_newc_next (&reader, &member), ==, TPL_NEWC_END);
  g_assert_cmpuint (reader.at, ==, archive.size);
  free (archive.data);
}

/* Every cut and every damaged byte is an end, a member or told: never a read beyond. The copy on
 * the heap has exactly the size, so that a sanitizer sees one. */
static void
read_all (const char *data, size_t size)
{
  g_autofree char *copy = g_malloc (size);
  memcpy (copy, data, size);
  struct tpl_newc_reader reader = {copy, size, 0};
  struct tpl_newc_member member;
  while (tpl_newc_next (&reader, &member) == TPL_NEWC_MEMBER)
    g_assert_cmpuint (reader.at, <=, size);
}

static void
test_damaged (void)
{
  static const char *const files[] = {"name", "content", "other", "", NULL};
  Archive archive = write_archive (files);
  for (size_t size = 1; size <= archive.size; size++)
    read_all (archive.data, size);
  for (size_t at = 0; at < archive.size; at++) {
    static const char values[] = {'\0', 'f', '0', '\xff'};
    char saved = archive.data[at];
    for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
      archive.data[at] = values[i];
      read_all (archive.data, archive.size);
    }
    archive.data[at] = saved;
  }
  free (archive.data);
}

static void
test_malformed (void)
{
  struct tpl_newc_header header;
  char bytes[TPL_NEWC_HEADER_BYTES];
  memset (bytes, '0', sizeof bytes);
  memcpy (bytes, "070701", 6);
  g_assert_false (tpl_newc_parse (bytes, &header)); /* no name */
  memcpy (bytes + 94, "0000000A", 8);
  g_assert_true (tpl_newc_parse (bytes, &header));
  g_assert_cmpuint (header.name_bytes, ==, 10);
  memcpy (bytes + 94, "00001001", 8);
  g_assert_false (tpl_newc_parse (bytes, &header)); /* longer than a path */
  memcpy (bytes + 94, "0000000g", 8);
  g_assert_false (tpl_newc_parse (bytes, &header));
  memcpy (bytes + 94, "0000000a", 8);
  memcpy (bytes, "070707", 6);
  g_assert_false (tpl_newc_parse (bytes, &header)); /* the old form */
}

static const struct {
  const char *glob, *path;
  gboolean fits;
} globs[] = {
    {"/etc/fstab", "/etc/fstab", TRUE},
    {"/etc/fstab", "/etc/fstab2", FALSE},
    {"/etc/*", "/etc/a", TRUE},
    {"/etc/*", "/etc/a/b", FALSE},
    {"/etc/*", "/etc/", TRUE},
    {"/etc/**", "/etc/a/b", TRUE},
    {"/**/x", "/a/b/x", TRUE},
    {"/a?c", "/abc", TRUE},
    {"/a?c", "/a/c", FALSE},
    {"/[a-c]x", "/bx", TRUE},
    {"/[!a-c]x", "/bx", FALSE},
    {"/[!a-c]x", "//x", FALSE},
    {"/[]]x", "/]x", TRUE},
    {"/[ax", "/[ax", TRUE},
    {"*.cfg", "a.cfg", TRUE},
    {"*a*b*", "xaxxbx", TRUE},
    {"*a*b*", "xbxxax", FALSE},
    {"", "", TRUE},
    {"", "a", FALSE},
};

static void
test_globs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (globs); i++) {
    g_test_message ("%s on %s", globs[i].glob, globs[i].path);
    g_assert_cmpint (tpl_glob_match (globs[i].glob, globs[i].path), ==, globs[i].fits);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/newc/round-trip", test_round_trip);
  g_test_add_func ("/refs/newc/damaged", test_damaged);
  g_test_add_func ("/refs/newc/malformed", test_malformed);
  g_test_add_func ("/refs/globs", test_globs);
  return g_test_run ();
}
