/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The "newc" form of cpio: the kernel's for initramfs, and ours for bringing files in and out of the appliance.
   Specification: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst. libc only: used inside
   the appliance and, by src/refs, outside. */
#ifndef TPL_HELPER_NEWC_H
#define TPL_HELPER_NEWC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TPL_NEWC_HEADER_BYTES 110
#define TPL_NEWC_TRAILER      "TRAILER!!!"
/* A longer name is not read; the kernel's limit is PATH_MAX too. Includes the NUL. */
#define TPL_NEWC_MAX_NAME_BYTES 4096

struct tpl_newc_header {
  uint32_t ino;
  uint32_t mode; /* type and permissions, as st_mode */
  uint32_t uid;
  uint32_t gid;
  uint32_t nlink;
  uint32_t mtime;
  uint32_t size_bytes; /* of the content */
  uint32_t major;
  uint32_t minor;
  uint32_t rdev_major;
  uint32_t rdev_minor;
  uint32_t name_bytes; /* with the NUL */
  uint32_t checksum;   /* 070702 only; not checked, as the kernel does not either */
};

/* Bytes that bring AT to the next multiple of four. */
size_t tpl_newc_padding (uint64_t at);

/* Reads a header. False when the magic (070701 or 070702) or a digit is wrong, or the name's size is out of range. */
bool tpl_newc_parse (const char bytes[TPL_NEWC_HEADER_BYTES], struct tpl_newc_header *header);

/* Writes one member with its padding; name_bytes is taken from NAME. Errors are left to ferror (). */
void tpl_newc_write (FILE *stream, const struct tpl_newc_header *header, const char *name, const void *content);

/* Writes the member that ends an archive. */
void tpl_newc_write_trailer (FILE *stream);

/* Walks an archive in memory. */
struct tpl_newc_reader {
  const char *data;
  size_t size_bytes;
  size_t at; /* offset of the next header; a multiple of four from where the archive begins */
};

struct tpl_newc_member {
  struct tpl_newc_header header;
  const char *name; /* in the archive, NUL-terminated */
  const char *content;
};

enum tpl_newc_step {
  TPL_NEWC_MEMBER,
  TPL_NEWC_END,       /* the trailer, or no bytes left; READER->at is behind it */
  TPL_NEWC_MALFORMED, /* READER->at is where */
};

enum tpl_newc_step tpl_newc_next (struct tpl_newc_reader *reader, struct tpl_newc_member *member);

#endif
