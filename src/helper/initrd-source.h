/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes in a row: a range of a file, or what a program unpacks from one. */
#ifndef TPL_HELPER_INITRD_SOURCE_H
#define TPL_HELPER_INITRD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tpl_source {
  int fd;
  bool owns_fd;        /* a pipe from a program */
  uint64_t offset;     /* of the next byte to read from a file */
  uint64_t end;        /* of the file's range; UINT64_MAX for a program */
  uint64_t consumed;   /* bytes given out so far */
  uint64_t budget;     /* bytes that may still be given out */
  pid_t children[2];   /* a program's: the feeder and the program */
  size_t at, have;     /* within the buffer */
  char buffer[65536];
};

/* The range [OFFSET, END) of a file. */
void tpl_source_open_file (struct tpl_source *source, int fd, uint64_t offset, uint64_t end);

/* What the program ARGV makes of that range on its standard output. False with errno when it can't be started; that the
   program does not exist shows only when it is closed. */
bool tpl_source_open_program (struct tpl_source *source, int fd, uint64_t offset, uint64_t end,
                              const char *const *argv);

/* Closes, and returns the program's exit status as waitpid has it; 0 for a file. */
int tpl_source_close (struct tpl_source *source);

/* The next byte, which stays the next; -1 at the end or when the budget is used up. */
int tpl_source_peek (struct tpl_source *source);

/* The next LENGTH bytes at most that can be had at once; 0 at the end. They are valid until the next call. */
size_t tpl_source_take (struct tpl_source *source, size_t length, const char **bytes);

/* Exactly LENGTH bytes into TO (NULL: thrown away). False when the end comes first. */
bool tpl_source_read (struct tpl_source *source, void *to, uint64_t length);

#endif
