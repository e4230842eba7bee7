#include "helper/digest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t zeros[64 * 1024];

void
tpl_digest_start (struct tpl_digest *digest)
{
  sha256_init (&digest->piece);
  sha256_init (&digest->pieces);
  digest->length_bytes = 0;
}

static void
end_piece (struct tpl_digest *digest)
{
  uint8_t sum[SHA256_DIGEST_SIZE];
  sha256_digest (&digest->piece, sizeof sum, sum); /* starts anew, too */
  sha256_update (&digest->pieces, sizeof sum, sum);
}

/* A piece is ended when the next byte comes: a file that ends with it may have no other. */
static void
add (struct tpl_digest *digest, const uint8_t *bytes, size_t length)
{
  while (length > 0) {
    uint64_t in_piece = digest->length_bytes % TPL_DIGEST_PIECE_BYTES;
    if (in_piece == 0 && digest->length_bytes > 0)
      end_piece (digest);
    uint64_t room = TPL_DIGEST_PIECE_BYTES - in_piece;
    size_t part = length < room ? length : (size_t)room;
    sha256_update (&digest->piece, part, bytes);
    digest->length_bytes += part;
    bytes += part;
    length -= part;
  }
}

static const uint8_t *
sum_of_a_zero_piece (void)
{
  static uint8_t sum[SHA256_DIGEST_SIZE];
  static bool is_known;
  struct sha256_ctx context;

  if (is_known)
    return sum;
  sha256_init (&context);
  for (uint64_t done = 0; done < TPL_DIGEST_PIECE_BYTES; done += sizeof zeros)
    sha256_update (&context, sizeof zeros, zeros);
  sha256_digest (&context, sizeof sum, sum);
  is_known = true;
  return sum;
}

static void
add_zeros (struct tpl_digest *digest, uint64_t length)
{
  while (length > 0) {
    uint64_t in_piece = digest->length_bytes % TPL_DIGEST_PIECE_BYTES;
    if (in_piece != 0 || length <= TPL_DIGEST_PIECE_BYTES) {
      uint64_t part = TPL_DIGEST_PIECE_BYTES - in_piece; /* its end is where whole pieces begin */
      part = length < part ? length : part;
      part = part < sizeof zeros ? part : sizeof zeros;
      add (digest, zeros, (size_t)part);
      length -= part;
      continue;
    }
    /* At a piece's start, with more than a piece of zeros to come. */
    if (digest->length_bytes > 0)
      end_piece (digest);
    for (; length > TPL_DIGEST_PIECE_BYTES; length -= TPL_DIGEST_PIECE_BYTES) {
      sha256_update (&digest->pieces, SHA256_DIGEST_SIZE, sum_of_a_zero_piece ());
      digest->length_bytes += TPL_DIGEST_PIECE_BYTES;
    }
    /* The last piece's own bytes, so that it is ended as any other is. */
    for (uint64_t part; length > 0; length -= part) {
      part = length < sizeof zeros ? length : sizeof zeros;
      sha256_update (&digest->piece, (size_t)part, zeros);
      digest->length_bytes += part;
    }
  }
}

void
tpl_digest_add (struct tpl_digest *digest, uint64_t offset_bytes, const void *bytes,
                size_t length_bytes)
{
  if (offset_bytes > digest->length_bytes)
    add_zeros (digest, offset_bytes - digest->length_bytes);
  add (digest, bytes, length_bytes);
}

void
tpl_digest_end (struct tpl_digest *digest, uint64_t size_bytes, char hex[TPL_DIGEST_HEX])
{
  uint8_t sum[SHA256_DIGEST_SIZE];

  if (size_bytes > digest->length_bytes)
    add_zeros (digest, size_bytes - digest->length_bytes);
  if (digest->length_bytes > TPL_DIGEST_PIECE_BYTES) {
    end_piece (digest);
    sha256_digest (&digest->pieces, sizeof sum, sum);
  } else
    sha256_digest (&digest->piece, sizeof sum, sum);
  tpl_digest_print (sum, hex);
}

void
tpl_digest_print (const uint8_t bytes[SHA256_DIGEST_SIZE], char hex[TPL_DIGEST_HEX])
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
  hex[TPL_DIGEST_HEX - 1] = '\0';
}

int
tpl_digest_fd (int fd, uint64_t size_bytes, char hex[TPL_DIGEST_HEX])
{
  struct tpl_digest digest;
  void *buffer;
  int errnum = posix_memalign (&buffer, 4096, TPL_DIGEST_PIECE_BYTES);
  if (errnum != 0)
    return errnum;
  tpl_digest_start (&digest);
  for (uint64_t at = 0; at < size_bytes && errnum == 0;) {
    ssize_t got = pread (fd, buffer, TPL_DIGEST_PIECE_BYTES, (off_t)at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      errnum = got < 0 ? errno : ENODATA;
      continue;
    }
    size_t part = (uint64_t)got < size_bytes - at ? (size_t)got : (size_t)(size_bytes - at);
    add (&digest, buffer, part);
    at += part;
  }
  free (buffer);
  if (errnum == 0)
    tpl_digest_end (&digest, size_bytes, hex);
  return errnum;
}
