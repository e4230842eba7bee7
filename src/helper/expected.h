/* The differences that somebody has made on purpose (the boot fix-ups): lines `edited PATH`,
   `created PATH`, `removed PATH`, the path escaped as by tpl_escape, with or without a leading
   slash. */
#ifndef TPL_HELPER_EXPECTED_H
#define TPL_HELPER_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>

enum tpl_expectation {
  TPL_EXPECT_EDITED = 1,  /* content, size, times, allocation may differ, nothing else */
  TPL_EXPECT_CREATED = 2, /* is in the target only; what is below it, too */
  TPL_EXPECT_REMOVED = 4, /* is not in the target */
  TPL_EXPECT_TOUCHED = 8, /* a directory in which something was created or removed: its mtime */
};

struct tpl_expected_line {
  char *path; /* without a leading slash; "" for the root; owned */
  unsigned expectation;
};

struct tpl_expected {
  struct tpl_expected_line *lines; /* sorted by path; a path may come several times */
  size_t count;
  size_t room;
};

/* Reads FILE. Returns 0 or an exit code, the error told. */
int tpl_expected_read (struct tpl_expected *expected, const char *file);

/* All that is expected of PATH (with a leading slash), as enum tpl_expectation's bits. */
unsigned tpl_expected_of (const struct tpl_expected *expected, const char *path);

void tpl_expected_free (struct tpl_expected *expected);

#endif
