/* Reads in flight, consumed in the order in which they were asked for: while one is waited for, the
   disk already works on the next. Linux AIO, since it is in every kernel (io_uring is not) and
   needs no threads; where the kernel has none, or a file cannot be read with O_DIRECT, the reads
   are made one by one. */
#ifndef TPL_HELPER_RING_H
#define TPL_HELPER_RING_H

#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buffers are aligned, and their lengths rounded up, for O_DIRECT on any disk. */
#define TPL_RING_ALIGN ((size_t)4096)

/* The longest piece of a file that is read at once. */
#define TPL_RING_PIECE_BYTES ((size_t)1024 * 1024)

enum { TPL_RING_SLOTS = 128, TPL_RING_FDS = 2 };

/* A piece of one file (copy), or the same piece of two (compare). */
struct tpl_piece {
  int fds; /* 1 or 2 */
  int fd[TPL_RING_FDS];
  bool is_direct[TPL_RING_FDS]; /* opened with O_DIRECT */
  uint64_t offset_bytes;        /* a multiple of the disk's sector where is_direct */
  size_t length_bytes;          /* at most TPL_RING_PIECE_BYTES; all of it is inside the file */
  bool is_last;                 /* of its owner's pieces */
  void *owner;

  /* The rest is the ring's. */
  char *buffer[TPL_RING_FDS];
  int64_t result[TPL_RING_FDS];
  bool is_queued[TPL_RING_FDS];  /* to be submitted with others */
  bool is_pending[TPL_RING_FDS]; /* in the kernel */
  size_t arena_bytes;            /* what goes back to the arena with this piece */
};

struct tpl_ring {
  /* Takes a piece whose bytes have arrived in its buffers. Returns 0 or an exit code, told. */
  int (*consume) (void *context, struct tpl_piece *piece);
  /* Tells that one of the piece's reads failed with ERRNUM, or ended early (0). An exit code. */
  int (*fail) (void *context, const struct tpl_piece *piece, int which, int errnum);
  void *context;

  aio_context_t aio; /* 0 where the kernel has none */
  char *arena;       /* owned; a ring of its own, in bytes */
  size_t arena_head;
  size_t arena_used;
  struct tpl_piece slots[TPL_RING_SLOTS];
  struct iocb iocbs[TPL_RING_SLOTS * TPL_RING_FDS];
  struct iocb *queue[TPL_RING_SLOTS * TPL_RING_FDS]; /* not submitted yet */
  long queued;
  size_t queued_bytes;
  size_t head; /* next slot to fill, counted without end */
  size_t tail; /* oldest slot in use */
};

/* Makes the ring ready. consume, fail and context are set by the caller before. Returns 0 or an
   exit code, the error told. */
int tpl_ring_start (struct tpl_ring *ring);

/* Starts to read PIECE. Consumes older pieces first if there is no room. */
int tpl_ring_push (struct tpl_ring *ring, const struct tpl_piece *piece);

/* The pieces of one owner, in order. The last that was added is held back: only when the next comes
   is it known not to be the owner's last. */
struct tpl_pieces {
  struct tpl_piece held;
  bool has_held;
};

/* Pushes pieces from START to END of the files that LIKE names, whose owner they get. */
int tpl_pieces_add (struct tpl_pieces *pieces, struct tpl_ring *ring, const struct tpl_piece *like,
                    uint64_t start_bytes, uint64_t end_bytes);

/* Pushes the one that is held, if there is one. */
int tpl_pieces_flush (struct tpl_pieces *pieces, struct tpl_ring *ring, bool is_last);

/* Waits for and consumes all pieces. */
int tpl_ring_drain (struct tpl_ring *ring);

/* Waits for reads in flight, without consuming them, and frees everything. */
void tpl_ring_stop (struct tpl_ring *ring);

#endif
