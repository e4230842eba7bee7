#include "helper/ring.h"

#include "helper/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { arena_bytes = 16 * 1024 * 1024 };

/* Reads wait for company up to this many, or this many bytes. */
enum { queued_most = 64, queued_most_bytes = 2 * 1024 * 1024 };

int
tpl_ring_start (struct tpl_ring *ring)
{
  ring->aio = 0;
  ring->head = ring->tail = ring->arena_head = ring->arena_used = 0;
  ring->queued = 0;
  ring->queued_bytes = 0;
  ring->arena =
      mmap (NULL, arena_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ring->arena == MAP_FAILED) {
    ring->arena = NULL;
    return tpl_fail (NULL, errno, "get memory for reads in flight");
  }
  /* Without AIO the reads are made one by one: slower, not wrong. */
  if (syscall (SYS_io_setup, TPL_RING_SLOTS * TPL_RING_FDS, &ring->aio) != 0)
    ring->aio = 0;
  return 0;
}

static struct tpl_piece *
slot_at (struct tpl_ring *ring, size_t number)
{
  return &ring->slots[number % TPL_RING_SLOTS];
}

/* Takes BYTES that lie in one piece from the arena. *TAKEN gets them and what is left unused at the
   arena's end. Returns NULL when there is no room for now. */
static char *
arena_take (struct tpl_ring *ring, size_t bytes, size_t *taken)
{
  size_t skipped = ring->arena_head + bytes > arena_bytes ? arena_bytes - ring->arena_head : 0;
  if (ring->arena_used + skipped + bytes > arena_bytes)
    return NULL;
  size_t start = skipped > 0 ? 0 : ring->arena_head;
  ring->arena_head = (start + bytes) % arena_bytes;
  ring->arena_used += skipped + bytes;
  *taken = skipped + bytes;
  return ring->arena + start;
}

static void
reap (struct tpl_ring *ring, long at_least)
{
  struct io_event events[32];
  long got = syscall (SYS_io_getevents, ring->aio, at_least, 32L, events, NULL);
  for (long i = 0; i < got; i++) {
    size_t number = (size_t)events[i].data;
    struct tpl_piece *piece = &ring->slots[number / TPL_RING_FDS];
    piece->result[number % TPL_RING_FDS] = (int64_t)events[i].res;
    piece->is_pending[number % TPL_RING_FDS] = false;
  }
}

static void
set_state (struct tpl_ring *ring, const struct iocb *iocb, bool is_pending)
{
  struct tpl_piece *piece = &ring->slots[iocb->aio_data / TPL_RING_FDS];
  piece->is_queued[iocb->aio_data % TPL_RING_FDS] = false;
  piece->is_pending[iocb->aio_data % TPL_RING_FDS] = is_pending;
}

/* Hands all queued reads to the kernel at once: it then merges those that are neighbours on the
   disk, as small files of one directory mostly are. What it does not take is left for `complete`,
   which reads it itself. */
static void
submit (struct tpl_ring *ring)
{
  long done = 0;
  while (done < ring->queued) {
    long taken = syscall (SYS_io_submit, ring->aio, ring->queued - done, ring->queue + done);
    for (long i = 0; i < taken; i++)
      set_state (ring, ring->queue[done + i], true);
    if (taken <= 0)
      set_state (ring, ring->queue[done], false);
    done += taken > 0 ? taken : 1;
  }
  ring->queued = 0;
  ring->queued_bytes = 0;
}

/* Queues the slot's direct reads. */
static void
queue (struct tpl_ring *ring, size_t slot)
{
  struct tpl_piece *piece = &ring->slots[slot];
  size_t length = (piece->length_bytes + TPL_RING_ALIGN - 1) & ~(TPL_RING_ALIGN - 1);

  for (int i = 0; i < piece->fds; i++) {
    bool is_asynchronous = piece->is_direct[i] && ring->aio != 0;
    piece->result[i] = 0;
    piece->is_pending[i] = false;
    piece->is_queued[i] = is_asynchronous;
    if (!is_asynchronous)
      continue;
    struct iocb *iocb = &ring->iocbs[slot * TPL_RING_FDS + (size_t)i];
    memset (iocb, 0, sizeof *iocb);
    iocb->aio_data = slot * TPL_RING_FDS + (size_t)i;
    iocb->aio_lio_opcode = IOCB_CMD_PREAD;
    iocb->aio_fildes = (uint32_t)piece->fd[i];
    iocb->aio_buf = (uint64_t)(uintptr_t)piece->buffer[i];
    iocb->aio_nbytes = length;
    iocb->aio_offset = (int64_t)piece->offset_bytes;
    ring->queue[ring->queued++] = iocb;
    ring->queued_bytes += length;
  }
  if (ring->queued >= queued_most || ring->queued_bytes >= queued_most_bytes)
    submit (ring);
}

/* Sees to it that all bytes of one of the piece's reads are there. Returns 0, an errno, or -1 for
   an early end. */
static int
complete (struct tpl_piece *piece, int which)
{
  size_t done = piece->result[which] > 0 ? (size_t)piece->result[which] : 0;
  if (done >= piece->length_bytes)
    return 0;
  /* Not read yet, or refused, or cut short at a place where O_DIRECT cannot go on. */
  if (piece->is_direct[which]) {
    int flags = fcntl (piece->fd[which], F_GETFL);
    if (flags < 0 || fcntl (piece->fd[which], F_SETFL, flags & ~O_DIRECT) != 0)
      return errno;
    done = 0;
  }
  while (done < piece->length_bytes) {
    ssize_t got = pread (piece->fd[which], piece->buffer[which] + done, piece->length_bytes - done,
                         (off_t)(piece->offset_bytes + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? errno : -1;
    done += (size_t)got;
  }
  return 0;
}

static int
pop (struct tpl_ring *ring)
{
  struct tpl_piece *piece = slot_at (ring, ring->tail);
  for (int i = 0; i < piece->fds; i++) {
    if (piece->is_queued[i])
      submit (ring);
    while (piece->is_pending[i])
      reap (ring, 1);
  }

  int status = 0;
  for (int i = 0; i < piece->fds && status == 0; i++) {
    int error = complete (piece, i);
    if (error != 0)
      status = ring->fail (ring->context, piece, i, error > 0 ? error : 0);
  }
  if (status == 0)
    status = ring->consume (ring->context, piece);
  ring->arena_used -= piece->arena_bytes;
  ring->tail++;
  return status;
}

int
tpl_ring_push (struct tpl_ring *ring, const struct tpl_piece *piece)
{
  size_t each = (piece->length_bytes + TPL_RING_ALIGN - 1) & ~(TPL_RING_ALIGN - 1);
  size_t taken;
  char *buffer = NULL;

  while (ring->head - ring->tail == TPL_RING_SLOTS ||
         (buffer = arena_take (ring, each * (size_t)piece->fds, &taken)) == NULL) {
    int status = pop (ring);
    if (status != 0)
      return status;
  }

  struct tpl_piece *slot = slot_at (ring, ring->head);
  *slot = *piece;
  slot->arena_bytes = taken;
  for (int i = 0; i < piece->fds; i++)
    slot->buffer[i] = buffer + each * (size_t)i;
  queue (ring, ring->head % TPL_RING_SLOTS);
  ring->head++;
  return 0;
}

int
tpl_pieces_flush (struct tpl_pieces *pieces, struct tpl_ring *ring, bool is_last)
{
  if (!pieces->has_held)
    return 0;
  pieces->held.is_last = is_last;
  pieces->has_held = false;
  return tpl_ring_push (ring, &pieces->held);
}

int
tpl_pieces_add (struct tpl_pieces *pieces, struct tpl_ring *ring, const struct tpl_piece *like,
                uint64_t start_bytes, uint64_t end_bytes)
{
  while (start_bytes < end_bytes) {
    int status = tpl_pieces_flush (pieces, ring, false);
    if (status != 0)
      return status;
    uint64_t left = end_bytes - start_bytes;
    pieces->held = *like;
    pieces->held.offset_bytes = start_bytes;
    pieces->held.length_bytes = left < TPL_RING_PIECE_BYTES ? (size_t)left : TPL_RING_PIECE_BYTES;
    pieces->has_held = true;
    start_bytes += pieces->held.length_bytes;
  }
  return 0;
}

int
tpl_ring_drain (struct tpl_ring *ring)
{
  int status = 0;
  while (ring->head != ring->tail && status == 0)
    status = pop (ring);
  return status;
}

void
tpl_ring_stop (struct tpl_ring *ring)
{
  /* io_destroy waits for what is in flight: only then may the buffers go. */
  if (ring->aio != 0)
    syscall (SYS_io_destroy, ring->aio);
  if (ring->arena != NULL)
    munmap (ring->arena, arena_bytes);
  ring->aio = 0;
  ring->arena = NULL;
}
