/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/initrd.h"

#include "helper/initrd-source.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel's table (lib/decompress.c), and the program that unpacks each to its standard output.
 */
struct compressor {
  const char *magic;
  size_t magic_bytes;
  const char *argv[5];
  bool runs_on; /* the kernel reads on to the end of all input as this one's: it has no end mark */
};

static const struct compressor compressors[] = {
    {"\x1f\x8b", 2, {"gzip", "-dc"}, false},
    {"BZh", 3, {"bzip2", "-dc"}, false},
    {"\xfd"
     "7zXZ",
     6,
     {"xz", "-dc"},
     false},
    {"\x5d\x00\x00", 3, {"xz", "-dc", "--format=lzma"}, false},
    {"\x89LZO", 4, {"lzop", "-dc"}, false},
    {"\x02\x21\x4c\x18", 4, {"lz4", "-dc"}, true},
    {"\x28\xb5\x2f\xfd", 4, {"zstd", "-dc"}, false},
};

enum { MAGIC_BYTES = 6 };

static bool trouble_is (struct tpl_initrd_trouble *trouble, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static bool
trouble_is (struct tpl_initrd_trouble *trouble, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  vsnprintf (trouble->text, sizeof trouble->text, format, args);
  va_end (args);
  return false;
}

/* The member that ends what we append: its name, and in its content the offset at which the
 * addition begins. */
static const char marker_name[] = ".tpl-shrink";
static const char marker_text[] = "tpl-shrink appended ";
enum {
  MARKER_BYTES = 36, /* the text and 16 hexadecimal digits */
  TAIL_BYTES = 124 + MARKER_BYTES +
               124, /* the marker's and the trailer's headers with names, and the content */
};

/* Where the addition that ends at END begins; END when there is none. */
static uint64_t
addition_start (int fd, uint64_t end)
{
  char tail[TAIL_BYTES];
  if (end < TAIL_BYTES || pread (fd, tail, TAIL_BYTES, (off_t)(end - TAIL_BYTES)) != TAIL_BYTES)
    return end;
  struct tpl_newc_reader reader = {tail, TAIL_BYTES, 0};
  struct tpl_newc_member member;
  if (tpl_newc_next (&reader, &member) != TPL_NEWC_MEMBER ||
      strcmp (member.name, marker_name) != 0 || member.header.size_bytes != MARKER_BYTES ||
      memcmp (member.content, marker_text, strlen (marker_text)) != 0)
    return end;
  char digits[17] = "";
  memcpy (digits, member.content + strlen (marker_text), 16);
  char *rest;
  uint64_t start = strtoull (digits, &rest, 16);
  bool whole = *rest == '\0' && tpl_newc_next (&reader, &member) == TPL_NEWC_END;
  return whole && start % 4 == 0 && start < end - TAIL_BYTES ? start : end;
}

static const char *
plain_name (const char *name)
{
  while (*name == '/' || (name[0] == '.' && name[1] == '/'))
    name += *name == '/' ? 1 : 2;
  return name;
}

static bool
read_member (struct tpl_source *source, const struct tpl_initrd_visitor *visitor, const char *name,
             const struct tpl_newc_header *header)
{
  bool wanted = visitor != NULL && visitor->begin (visitor->context, plain_name (name), header);
  if (!wanted)
    return tpl_source_read (source, NULL, header->size_bytes);
  for (size_t left = header->size_bytes; left > 0;) {
    const char *bytes;
    size_t n = tpl_source_take (source, left, &bytes);
    if (n == 0)
      return false;
    visitor->data (visitor->context, bytes, n);
    left -= n;
  }
  return true;
}

/* Reads one archive up to its trailer or the end of all. *COMPLETE: the trailer was there. VISITOR
 * may be NULL. */
static bool
read_archive (struct tpl_source *source, const struct tpl_initrd_visitor *visitor, bool *complete,
              struct tpl_initrd_trouble *trouble)
{
  uint64_t start = source->consumed;
  *complete = false;
  while (!*complete && tpl_source_peek (source) >= 0) {
    char bytes[TPL_NEWC_HEADER_BYTES];
    struct tpl_newc_header header;
    char name[TPL_NEWC_MAX_NAME_BYTES];
    if (!tpl_source_read (source, bytes, sizeof bytes))
      return trouble_is (trouble, "the archive ends within a header");
    if (!tpl_newc_parse (bytes, &header))
      return trouble_is (trouble, "no cpio header where one should be");
    if (!tpl_source_read (source, name, header.name_bytes))
      return trouble_is (trouble, "the archive ends within a name");
    name[header.name_bytes - 1] = '\0';
    tpl_source_read (source, NULL, tpl_newc_padding (source->consumed - start));
    *complete = strcmp (name, TPL_NEWC_TRAILER) == 0;
    if (!read_member (source, *complete ? NULL : visitor, name, &header))
      return trouble_is (trouble,
                         "the archive ends within a member, or unpacks to more than 1 GiB");
    tpl_source_read (source, NULL, tpl_newc_padding (source->consumed - start));
  }
  if (visitor != NULL)
    visitor->archive_end (visitor->context);
  return true;
}

static void
skip_zeros (struct tpl_source *source)
{
  while (tpl_source_peek (source) == 0)
    tpl_source_read (source, NULL, 1);
}

static const struct compressor *
find_compressor (const char magic[MAGIC_BYTES])
{
  for (size_t i = 0; i < sizeof compressors / sizeof compressors[0]; i++)
    if (memcmp (magic, compressors[i].magic, compressors[i].magic_bytes) == 0)
      return &compressors[i];
  return NULL;
}

/* Archives in a stream, with zeros between. */
static bool
read_stream (struct tpl_source *source, const struct tpl_initrd_visitor *visitor, bool *complete,
             struct tpl_initrd_trouble *trouble)
{
  bool fine = true;
  skip_zeros (source);
  while (fine && tpl_source_peek (source) >= 0) {
    fine = read_archive (source, visitor, complete, trouble);
    skip_zeros (source);
  }
  return fine;
}

static bool
read_compressed (int fd, uint64_t start, uint64_t end, const struct compressor *compressor,
                 const struct tpl_initrd_visitor *visitor, struct tpl_initrd_trouble *trouble)
{
  struct tpl_source source;
  if (!tpl_source_open_program (&source, fd, start, end, compressor->argv))
    return trouble_is (trouble, "cannot start %s", compressor->argv[0]);
  source.budget = TPL_INITRD_MAX_UNPACKED_BYTES;
  bool complete = false;
  bool fine = read_stream (&source, visitor, &complete, trouble);
  bool empty = source.consumed == 0;
  int status = tpl_source_close (&source);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 127)
    return trouble_is (trouble, "%s is needed to unpack it and is not here", compressor->argv[0]);
  if (!fine)
    return false;
  /* Behind a complete archive the program may meet padding and fail. */
  if (empty || (status != 0 && !complete))
    return trouble_is (trouble, "%s could not unpack it", compressor->argv[0]);
  return true;
}

/* Reads plain archives from the image's start on. *AT is then at what is no plain archive, or at
 * the end. */
static bool
read_plain (int fd, uint64_t *at, uint64_t end, const struct tpl_initrd_visitor *visitor,
            struct tpl_initrd_trouble *trouble)
{
  struct tpl_source source;
  tpl_source_open_file (&source, fd, *at, end);
  uint64_t start = *at;
  for (;;) {
    bool complete;
    skip_zeros (&source);
    *at = start + source.consumed;
    if (tpl_source_peek (&source) != '0' || *at % 4 != 0)
      return true;
    if (!read_archive (&source, visitor, &complete, trouble))
      return false;
  }
}

/* What stands at AT, or NULL with TROUBLE told. */
static const struct compressor *
compressor_at (int fd, uint64_t at, struct tpl_initrd_trouble *trouble)
{
  char magic[MAGIC_BYTES];
  const struct compressor *compressor = NULL;
  if (pread (fd, magic, sizeof magic, (off_t)at) == MAGIC_BYTES)
    compressor = find_compressor (magic);
  if (compressor == NULL)
    trouble_is (trouble,
                "what stands at byte %llu is neither a cpio archive nor compressed in a known way",
                (unsigned long long)at);
  return compressor;
}

/* Where the additions at the image's end begin, the newest first. */
struct additions {
  uint64_t starts[64];
  size_t count;
  uint64_t end; /* of what they were added to */
};

static bool
find_additions (int fd, uint64_t size_bytes, struct additions *additions,
                struct tpl_initrd_trouble *trouble)
{
  additions->count = 0;
  additions->end = size_bytes;
  for (;;) {
    uint64_t start = addition_start (fd, additions->end);
    if (start == additions->end)
      return true;
    if (additions->count == sizeof additions->starts / sizeof additions->starts[0])
      return trouble_is (trouble, "it was added to too often");
    additions->starts[additions->count++] = start;
    additions->end = start;
  }
}

static bool
read_additions (int fd, uint64_t size_bytes, const struct additions *additions,
                const struct tpl_initrd_visitor *visitor, struct tpl_initrd_trouble *trouble)
{
  for (size_t i = additions->count; i > 0; i--) {
    uint64_t at = additions->starts[i - 1];
    uint64_t end = i > 1 ? additions->starts[i - 2] : size_bytes;
    if (!read_plain (fd, &at, end, visitor, trouble))
      return false;
    if (at != end)
      return trouble_is (trouble, "what was added to it is damaged");
  }
  return true;
}

bool
tpl_initrd_walk (int fd, uint64_t size_bytes, const struct tpl_initrd_visitor *visitor,
                 struct tpl_initrd_trouble *trouble)
{
  struct additions additions;
  uint64_t at = 0;
  if (size_bytes == 0)
    return trouble_is (trouble, "it is empty");
  if (!find_additions (fd, size_bytes, &additions, trouble) ||
      !read_plain (fd, &at, additions.end, visitor, trouble))
    return false;
  if (at < additions.end) {
    const struct compressor *compressor = compressor_at (fd, at, trouble);
    if (compressor == NULL ||
        !read_compressed (fd, at, additions.end, compressor, visitor, trouble))
      return false;
  }
  return read_additions (fd, size_bytes, &additions, visitor, trouble);
}

bool
tpl_initrd_walk_additions (int fd, uint64_t size_bytes, const struct tpl_initrd_visitor *visitor,
                           struct tpl_initrd_trouble *trouble)
{
  struct additions additions;
  if (!find_additions (fd, size_bytes, &additions, trouble))
    return false;
  return additions.count > 0 ? read_additions (fd, size_bytes, &additions, visitor, trouble)
                             : tpl_initrd_walk (fd, size_bytes, visitor, trouble);
}

/* LZ4's legacy format, all literals: the kernel reads on behind it for further frames of the same
   kind, and kernels before 5.14 for nothing else (lib/decompress_unlz4.c), so a plain archive can't
   follow. */
static void
write_lz4 (FILE *stream, const char *bytes, size_t length)
{
  static const size_t max_block = 1 << 20;
  fwrite ("\x02\x21\x4c\x18", 1, 4, stream);
  while (length > 0) {
    size_t n = length < max_block ? length : max_block;
    size_t more = n >= 15 ? (n - 15) / 255 + 1 : 0;
    uint32_t block = (uint32_t)(1 + more + n);
    const unsigned char size[4] = {(unsigned char)block, (unsigned char)(block >> 8),
                                   (unsigned char)(block >> 16), (unsigned char)(block >> 24)};
    fwrite (size, 1, sizeof size, stream);
    putc ((int)((n < 15 ? n : 15) << 4), stream);
    for (size_t i = 0; i + 1 < more; i++)
      putc (255, stream);
    if (more > 0)
      putc ((int)((n - 15) % 255), stream);
    fwrite (bytes, 1, n, stream);
    bytes += n;
    length -= n;
  }
}

static void
write_marked (FILE *stream, uint64_t size_bytes, const char *archive, size_t archive_bytes)
{
  char text[MARKER_BYTES + 1];
  size_t padding = tpl_newc_padding (size_bytes);
  const struct tpl_newc_header header = {.mode = 0100444, .nlink = 1, .size_bytes = MARKER_BYTES};
  snprintf (text, sizeof text, "%s%016llx", marker_text,
            (unsigned long long)(size_bytes + padding));
  fwrite ("\0\0\0", 1, padding, stream);
  fwrite (archive, 1, archive_bytes, stream);
  fwrite ("\0\0\0", 1, tpl_newc_padding (archive_bytes), stream);
  tpl_newc_write (stream, &header, marker_name, text);
  tpl_newc_write_trailer (stream);
}

char *
tpl_initrd_addition (int fd, uint64_t size_bytes, const char *archive, size_t archive_bytes,
                     size_t *addition_bytes, struct tpl_initrd_trouble *trouble)
{
  uint64_t at = 0;
  if (!read_plain (fd, &at, size_bytes, NULL, trouble))
    return NULL;
  const struct compressor *compressor = NULL;
  if (at < size_bytes && (compressor = compressor_at (fd, at, trouble)) == NULL)
    return NULL;

  char *addition = NULL;
  FILE *stream = open_memstream (&addition, addition_bytes);
  if (stream != NULL && compressor != NULL && compressor->runs_on)
    write_lz4 (stream, archive, archive_bytes);
  else if (stream != NULL)
    write_marked (stream, size_bytes, archive, archive_bytes);
  bool failed = stream == NULL || ferror (stream);
  if (stream != NULL && fclose (stream) == 0 && !failed)
    return addition;
  free (addition);
  trouble_is (trouble, "no memory for what is to be appended");
  return NULL;
}
