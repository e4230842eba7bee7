/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/newc.h"

#include <string.h>

size_t
tpl_newc_padding (uint64_t at)
{
  return (size_t) ((4 - at % 4) % 4);
}

static bool
parse_hex (const char *digits, uint32_t *value)
{
  uint32_t result = 0;
  for (int i = 0; i < 8; i++) {
    char c = digits[i];
    uint32_t digit;
    if (c >= '0' && c <= '9')
      digit = (uint32_t) (c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = (uint32_t) (c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = (uint32_t) (c - 'A' + 10);
    else
      return false;
    result = result << 4 | digit;
  }
  *value = result;
  return true;
}

bool
tpl_newc_parse (const char bytes[TPL_NEWC_HEADER_BYTES], struct tpl_newc_header *header)
{
  uint32_t *const fields[] = {
    &header->ino,        &header->mode,       &header->uid,        &header->gid,   &header->nlink,
    &header->mtime,      &header->size_bytes, &header->major,      &header->minor, &header->rdev_major,
    &header->rdev_minor, &header->name_bytes, &header->checksum,
  };
  if (memcmp (bytes, "070701", 6) != 0 && memcmp (bytes, "070702", 6) != 0)
    return false;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    if (!parse_hex (bytes + 6 + 8 * i, fields[i]))
      return false;
  return header->name_bytes > 0 && header->name_bytes <= TPL_NEWC_MAX_NAME_BYTES;
}

static void
write_padding (FILE *stream, uint64_t written)
{
  static const char zeros[4];
  fwrite (zeros, 1, tpl_newc_padding (written), stream);
}

void
tpl_newc_write (FILE *stream, const struct tpl_newc_header *header, const char *name, const void *content)
{
  size_t name_bytes = strlen (name) + 1;
  fprintf (stream, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", header->ino, header->mode,
           header->uid, header->gid, header->nlink, header->mtime, header->size_bytes, header->major,
           header->minor, header->rdev_major, header->rdev_minor, (uint32_t) name_bytes, 0U);
  fwrite (name, 1, name_bytes, stream);
  write_padding (stream, TPL_NEWC_HEADER_BYTES + name_bytes);
  fwrite (content, 1, header->size_bytes, stream);
  write_padding (stream, header->size_bytes);
}

void
tpl_newc_write_trailer (FILE *stream)
{
  static const struct tpl_newc_header trailer = { .nlink = 1 };
  tpl_newc_write (stream, &trailer, TPL_NEWC_TRAILER, "");
}

/* Offset AT, moved on by BYTES and padded; false when that is beyond the archive's end. */
static bool
advance (const struct tpl_newc_reader *reader, size_t *at, size_t bytes)
{
  if (bytes > reader->size_bytes - *at)
    return false;
  *at += bytes;
  return true;
}

/* Padding may be missing at the very end. */
static void
skip_padding (const struct tpl_newc_reader *reader, size_t *at, size_t after)
{
  size_t padding = tpl_newc_padding (after);
  if (!advance (reader, at, padding))
    *at = reader->size_bytes;
}

enum tpl_newc_step
tpl_newc_next (struct tpl_newc_reader *reader, struct tpl_newc_member *member)
{
  size_t at = reader->at;
  if (at == reader->size_bytes)
    return TPL_NEWC_END;

  const char *header = reader->data + at;
  if (!advance (reader, &at, TPL_NEWC_HEADER_BYTES) || !tpl_newc_parse (header, &member->header))
    return TPL_NEWC_MALFORMED;
  member->name = reader->data + at;
  size_t name_bytes = member->header.name_bytes;
  if (!advance (reader, &at, name_bytes) || strnlen (member->name, name_bytes) != name_bytes - 1)
    return TPL_NEWC_MALFORMED;
  skip_padding (reader, &at, TPL_NEWC_HEADER_BYTES + name_bytes);
  member->content = reader->data + at;
  if (!advance (reader, &at, member->header.size_bytes))
    return TPL_NEWC_MALFORMED;
  skip_padding (reader, &at, member->header.size_bytes);
  reader->at = at;
  return strcmp (member->name, TPL_NEWC_TRAILER) == 0 ? TPL_NEWC_END : TPL_NEWC_MEMBER;
}
