#include "helper/expected.h"

#include "helper/command.h"
#include "helper/escape.h"
#include "helper/grow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *word;
  unsigned expectation;
} words[] = {
    {"edited ", TPL_EXPECT_EDITED},
    {"created ", TPL_EXPECT_CREATED},
    {"removed ", TPL_EXPECT_REMOVED},
};

static int
add (struct tpl_expected *expected, const char *path, size_t length, unsigned expectation)
{
  struct tpl_expected_line *lines
      = tpl_grow (expected->lines, expected->count, &expected->room, sizeof *lines);
  if (lines == NULL)
    return ENOMEM;
  expected->lines = lines;
  char *copy = strndup (path, length);
  if (copy == NULL)
    return ENOMEM;
  expected->lines[expected->count++] =
      (struct tpl_expected_line){.path = copy, .expectation = expectation};
  return 0;
}

static int
add_with_parent (struct tpl_expected *expected, char *path, unsigned expectation)
{
  size_t length = strlen (path);
  while (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';
  while (*path == '/')
    path++;

  int error = add (expected, path, strlen (path), expectation);
  if (error != 0 || expectation == TPL_EXPECT_EDITED)
    return error;
  const char *slash = strrchr (path, '/');
  return add (expected, path, slash == NULL ? 0 : (size_t)(slash - path), TPL_EXPECT_TOUCHED);
}

static int
parse (struct tpl_expected *expected, char *line, const char *file, size_t number)
{
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t word_length = strlen (words[i].word), length;
    if (strncmp (line, words[i].word, word_length) != 0)
      continue;
    char *path = line + word_length;
    if (*path == '\0' || !tpl_unescape (path, &length))
      return tpl_fail (file, 0, "line %zu: the path is not escaped as it should be", number);
    int error = add_with_parent (expected, path, words[i].expectation);
    return error != 0 ? tpl_fail (file, error, "line %zu", number) : 0;
  }
  return tpl_fail (file, 0, "line %zu is neither `edited`, `created` nor `removed`", number);
}

static int
by_path (const void *left, const void *right)
{
  return strcmp (((const struct tpl_expected_line *)left)->path,
                 ((const struct tpl_expected_line *)right)->path);
}

int
tpl_expected_read (struct tpl_expected *expected, const char *file)
{
  char *line = NULL;
  size_t room = 0, number = 0;
  ssize_t length;
  int status = 0;

  FILE *stream = fopen (file, "re");
  if (stream == NULL)
    return tpl_fail (file, errno, "read the expected differences");
  while (status == 0 && (length = getline (&line, &room, stream)) >= 0) {
    if (length > 0 && line[length - 1] == '\n')
      line[length - 1] = '\0';
    number++;
    if (line[0] != '\0')
      status = parse (expected, line, file, number);
  }
  if (status == 0 && ferror (stream))
    status = tpl_fail (file, errno, "read the expected differences");
  fclose (stream);
  free (line);
  if (expected->count > 0)
    qsort (expected->lines, expected->count, sizeof *expected->lines, by_path);
  return status;
}

unsigned
tpl_expected_of (const struct tpl_expected *expected, const char *path)
{
  size_t low = 0, high = expected->count;
  unsigned expectation = 0;

  if (*path == '/')
    path++;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp (expected->lines[middle].path, path) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < expected->count && strcmp (expected->lines[low].path, path) == 0; low++)
    expectation |= expected->lines[low].expectation;
  return expectation;
}

void
tpl_expected_free (struct tpl_expected *expected)
{
  for (size_t i = 0; i < expected->count; i++)
    free (expected->lines[i].path);
  free (expected->lines);
  memset (expected, 0, sizeof *expected);
}
