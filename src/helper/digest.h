/* The digest of a file's content: SHA-256, in pieces, so that holes of any size cost next to
 * nothing and a piece can be checked alone.
 *
 * A file of at most TPL_DIGEST_PIECE_BYTES has the SHA-256 of its bytes. A longer one has the
 * SHA-256 of the SHA-256s (32 bytes each) of its pieces, one after the other; the last may be
 * shorter. */
#ifndef TPL_HELPER_DIGEST_H
#define TPL_HELPER_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

#define TPL_DIGEST_PIECE_BYTES ((uint64_t)1024 * 1024)

/* In hexadecimal digits, with the NUL. */
enum { TPL_DIGEST_HEX = 2 * SHA256_DIGEST_SIZE + 1 };

struct tpl_digest {
  struct sha256_ctx piece;  /* the bytes since the last multiple of the piece's size */
  struct sha256_ctx pieces; /* the digests of the whole pieces before */
  uint64_t length_bytes;    /* that went in */
};

void tpl_digest_start (struct tpl_digest *digest);

/* Adds BYTES, which stand at OFFSET of the file: what lies between them and the bytes before is
   zeros. OFFSET never goes back. */
void tpl_digest_add (struct tpl_digest *digest, uint64_t offset_bytes, const void *bytes,
                     size_t length_bytes);

/* Ends it for a file of SIZE bytes, zeros after what was added. */
void tpl_digest_end (struct tpl_digest *digest, uint64_t size_bytes, char hex[TPL_DIGEST_HEX]);

/* 32 bytes as text. */
void tpl_digest_print (const uint8_t bytes[SHA256_DIGEST_SIZE], char hex[TPL_DIGEST_HEX]);

/* Digests what FD (a file or a device, opened with O_DIRECT or not) has from its start to SIZE.
   Returns 0 or an errno; ENODATA if it ends before. */
int tpl_digest_fd (int fd, uint64_t size_bytes, char hex[TPL_DIGEST_HEX]);

#endif
