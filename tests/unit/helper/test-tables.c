/* The helper's tables and texts: escaping, hard links' map, shared extents' map, expectations. */
#include "helper/escape.h"
#include "helper/expected.h"
#include "helper/inode-map.h"
#include "helper/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static void
check (bool holds, const char *what)
{
  printf ("%s - %s\n", holds ? "ok" : "not ok", what);
  failures += !holds;
}

static void
test_escape (void)
{
  char all[255];
  size_t length;
  for (int i = 0; i < 255; i++)
    all[i] = (char)(i + 1);

  char *text = tpl_escape (all, sizeof all);
  bool is_plain = text != NULL;
  for (const char *at = text; is_plain && *at != '\0'; at++)
    is_plain = *at >= ' ' && *at < 127 && *at != '"';
  check (is_plain, "every byte is escaped to printable ASCII");
  check (text != NULL && tpl_unescape (text, &length) && length == sizeof all &&
             memcmp (text, all, sizeof all) == 0,
         "and comes back");
  free (text);

  text = tpl_escape ("a\n\\\"\033\xff", 6);
  check (text != NULL && strcmp (text, "a\\012\\134\\042\\033\\377") == 0, "as \\ooo");
  free (text);

  static const char *const wrong[] = {"\\", "\\1", "\\12", "\\000", "\\400", "\\8aa", "x\\01"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char copy[8];
    strcpy (copy, wrong[i]);
    check (!tpl_unescape (copy, &length), wrong[i]);
  }
}

static void
test_inode_map (void)
{
  struct tpl_inode_map map = {0};
  uint64_t value;
  bool holds = !tpl_inode_map_find (&map, 1, &value);

  for (uint64_t i = 1; i <= 100000 && holds; i++)
    holds = tpl_inode_map_put (&map, i * 32, i);
  for (uint64_t i = 1; i <= 100000 && holds; i++)
    holds = tpl_inode_map_find (&map, i * 32, &value) && value == i &&
            !tpl_inode_map_find (&map, i * 32 + 1, &value);
  check (holds, "100000 inodes are found again, others not");
  tpl_inode_map_free (&map);
}

/* The map against a plain array of bytes, with ranges in random order. */
static void
test_share_map (void)
{
  enum { places = 4096 };
  static uint64_t model[places]; /* value + 1 of each place; 0: not recorded */
  struct tpl_share_map map = {0};
  uint32_t random = 1;
  bool holds = true;

  for (int round = 0; round < 3000 && holds; round++) {
    random = random * 1664525u + 1013904223u;
    uint64_t start = (random >> 8) % places;
    uint64_t end = start + 1 + (random >> 22) % 40;
    end = end < places ? end : places;

    uint64_t at = start;
    while (at < end && holds) {
      struct tpl_share found;
      bool is_known = tpl_share_find (&map, at, end - at, &found);
      uint64_t new_end = is_known ? found.start_bytes : end;
      struct tpl_share new = {
          .start_bytes = at, .length_bytes = new_end - at, .value = 100000 + at * 3};
      for (uint64_t i = at; i < new_end; i++) {
        holds &= model[i] == 0;
        model[i] = new.value + (i - at) + 1;
      }
      holds &= new_end == at || tpl_share_add (&map, &new);
      at = new_end;
      for (uint64_t i = 0; is_known && i < found.length_bytes; i++, at++)
        holds &= at < end && model[at] == found.value + i + 1;
    }
  }
  check (holds, "shared ranges are found as they were recorded");
  tpl_share_free (&map);
}

static void
test_expected (void)
{
  char file[] = "/tmp/tpl-test-expected.XXXXXX";
  static const char text[] = "edited /etc/fstab\nremoved a/b\\012c/\n\ncreated /new\nedited /new\n";
  struct tpl_expected expected = {0};

  int fd = mkstemp (file);
  check (fd >= 0 && write (fd, text, strlen (text)) == (ssize_t)strlen (text), "write a file");
  close (fd);
  check (tpl_expected_read (&expected, file) == 0, "read it");
  unlink (file);
  check (tpl_expected_of (&expected, "/etc/fstab") == TPL_EXPECT_EDITED, "edited");
  check (tpl_expected_of (&expected, "/a/b\nc") == TPL_EXPECT_REMOVED, "removed");
  check (tpl_expected_of (&expected, "/a") == TPL_EXPECT_TOUCHED, "its directory");
  check (tpl_expected_of (&expected, "/new") == (TPL_EXPECT_CREATED | TPL_EXPECT_EDITED), "both");
  check (tpl_expected_of (&expected, "/") == TPL_EXPECT_TOUCHED, "the root");
  check (tpl_expected_of (&expected, "/etc") == 0, "nothing");
  tpl_expected_free (&expected);
}

int
main (void)
{
  test_escape ();
  test_inode_map ();
  test_share_map ();
  test_expected ();
  return failures == 0 ? 0 : 1;
}
