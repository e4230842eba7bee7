/* Regular files: data, holes, preallocation, shared extents. */
#include "helper/command.h"
#include "helper/copy.h"
#include "helper/room.h"
#include "helper/grow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From this size on, data go to the target past the page cache: the (emulated) processor then never
   touches them. Smaller files are cheaper to write together, by the kernel. */
enum { direct_write_bytes = 128 * 1024 };

/* A file that is being copied: its pieces may be in the ring. */
struct tpl_copy_job {
  LIST_ENTRY (tpl_copy_job) others;
  struct tpl_node from;
  struct tpl_node to;
  struct tpl_inode inode;
  bool writes_direct;
  struct tpl_pieces pieces;
  char path[];
};

static struct tpl_copy_job *
job_new (struct tpl_copy *copy, const struct tpl_walk *walk)
{
  size_t path_bytes = (walk->path.length > 0 ? walk->path.length : 1) + 1;
  struct tpl_copy_job *job = calloc (1, sizeof *job + path_bytes);
  if (job == NULL)
    return NULL;
  LIST_INSERT_HEAD (&copy->jobs, job, others);
  memcpy (job->path, walk->path.text, path_bytes);
  struct tpl_node *nodes[TPL_SIDES] = {&job->from, &job->to};
  for (int side = 0; side < TPL_SIDES; side++)
    *nodes[side] = tpl_node_open (&copy->trees[side], -1, job->path);
  return job;
}

static void
job_free (struct tpl_copy_job *job)
{
  if (job->from.fd >= 0)
    close (job->from.fd);
  if (job->to.fd >= 0)
    close (job->to.fd);
  LIST_REMOVE (job, others);
  free (job);
}

void
tpl_copy_drop_files (struct tpl_copy *copy)
{
  while (!LIST_EMPTY (&copy->jobs))
    job_free (LIST_FIRST (&copy->jobs));
}

static int
finish (struct tpl_copy *copy, struct tpl_copy_job *job)
{
  int status = tpl_copy_metadata (copy, &job->from, &job->to, &job->inode);
  /* An immutable inode cannot get further names: then the flags wait for the last one. */
  if (status == 0 && job->inode.stat.stx_nlink == 1)
    status = tpl_copy_late_attr (&job->to, &job->inode);
  if (status == 0 && close (job->to.fd) != 0)
    status = tpl_fail (job->path, errno, "close the new file");
  job->to.fd = -1;
  job_free (job);
  return status;
}

static int
write_all (struct tpl_copy_job *job, const char *bytes, size_t length, uint64_t offset, int *errnum)
{
  bool tried = false;
  while (length > 0) {
    ssize_t written = pwrite (job->to.fd, bytes, length, (off_t)offset);
    if (written < 0 && (errno == EINTR || tpl_room_make (job->to.fd, &tried)))
      continue;
    if (written <= 0) {
      *errnum = written < 0 ? errno : EIO;
      return -1;
    }
    bytes += written;
    offset += (size_t)written;
    length -= (size_t)written;
  }
  return 0;
}

static int
stop_writing_direct (struct tpl_copy_job *job)
{
  job->writes_direct = false;
  int flags = fcntl (job->to.fd, F_GETFL);
  if (flags < 0 || fcntl (job->to.fd, F_SETFL, flags & ~O_DIRECT) != 0)
    return tpl_fail (job->path, errno, "write through the page cache");
  return 0;
}

static int
write_piece (struct tpl_copy_job *job, const struct tpl_piece *piece)
{
  size_t done = 0;
  int errnum = 0;

  if (job->writes_direct) {
    size_t whole = piece->length_bytes & ~(TPL_RING_ALIGN - 1);
    int failed = write_all (job, piece->buffer[0], whole, piece->offset_bytes, &errnum);
    if (failed != 0 && errnum != EINVAL)
      return tpl_fail (job->path, errnum, "write at %llu", (unsigned long long)piece->offset_bytes);
    done = failed != 0 ? 0 : whole;
    if (done == piece->length_bytes)
      return 0;
    /* What is left is the file's end, shorter than a sector, or the disk wants it otherwise. */
    int status = stop_writing_direct (job);
    if (status != 0)
      return status;
  }
  if (write_all (job, piece->buffer[0] + done, piece->length_bytes - done,
                 piece->offset_bytes + done, &errnum) != 0)
    return tpl_fail (job->path, errnum, "write at %llu",
                     (unsigned long long)(piece->offset_bytes + done));
  return 0;
}

int
tpl_copy_piece_arrived (void *context, struct tpl_piece *piece)
{
  struct tpl_copy *copy = context;
  struct tpl_copy_job *job = piece->owner;

  int status = write_piece (job, piece);
  if (status != 0)
    return status;
  copy->counts.data_bytes += piece->length_bytes;
  tpl_progress_add (&copy->progress, piece->length_bytes, 0);
  return piece->is_last ? finish (copy, job) : 0;
}

int
tpl_copy_piece_failed (void *context, const struct tpl_piece *piece, int which, int errnum)
{
  const struct tpl_copy_job *job = piece->owner;
  (void)context;
  (void)which;
  if (errnum == 0)
    return tpl_fail (job->path, 0, "the file became shorter while it was read");
  return tpl_fail (job->path, errnum, "read at %llu", (unsigned long long)piece->offset_bytes);
}

/* Reads and writes the bytes from START to END. */
static int
add_range (struct tpl_copy *copy, struct tpl_copy_job *job, uint64_t start, uint64_t end)
{
  const struct tpl_piece piece = {
      .fds = 1,
      .fd = {job->from.fd},
      .is_direct = {copy->trees[TPL_SOURCE].has_direct},
      .owner = job,
  };
  return tpl_pieces_add (&job->pieces, &copy->ring, &piece, start, end);
}

/* What a file that shares extents, or has compressed ones, needs after its other data have been
   written. */
static int
add_clone (struct tpl_clones *clones, const struct tpl_clone *clone)
{
  struct tpl_clone *list = tpl_grow (clones->list, clones->count, &clones->room, sizeof *list);
  if (list == NULL)
    return ENOMEM;
  clones->list = list;
  clones->list[clones->count++] = *clone;
  return 0;
}

/* Copies and records BYTES of the shared EXTENT that nobody has copied before. */
static int
add_first_of_shared (struct tpl_copy *copy, struct tpl_copy_job *job,
                     const struct tpl_extent *extent, uint64_t start, uint64_t end)
{
  struct tpl_share share = {
      .start_bytes = extent->physical_bytes + (start - extent->start_bytes),
      .length_bytes = end - start,
      .value = start,
  };
  if (start == end)
    return 0;
  int status = tpl_copy_share_file (copy, &job->to, &share.owner);
  if (status != 0)
    return status;
  if (!tpl_share_add (&copy->shares, &share))
    return tpl_fail (job->path, ENOMEM, "remember a shared extent");
  return add_range (copy, job, start, end);
}

static int
add_shared (struct tpl_copy *copy, struct tpl_copy_job *job, const struct tpl_extent *extent,
            uint64_t end, struct tpl_clones *clones)
{
  uint64_t at = extent->start_bytes;
  struct tpl_clone clone;

  while (tpl_copy_find_clone (copy, extent, at, end, &clone)) {
    int status = add_first_of_shared (copy, job, extent, at, clone.to_bytes);
    if (status != 0)
      return status;
    if (add_clone (clones, &clone) != 0)
      return tpl_fail (job->path, ENOMEM, "remember a shared extent");
    at = clone.to_bytes + clone.length_bytes;
  }
  return add_first_of_shared (copy, job, extent, at, end);
}

static int
add_extents (struct tpl_copy *copy, struct tpl_copy_job *job, struct tpl_clones *clones)
{
  uint64_t size = job->inode.stat.stx_size;
  for (size_t i = 0; i < copy->extents.count; i++) {
    const struct tpl_extent *extent = &copy->extents.list[i];
    if (extent->is_unwritten || extent->start_bytes >= size)
      continue;
    uint64_t end = extent->start_bytes + extent->length_bytes;
    end = end < size ? end : size;
    if (extent->is_encoded && copy->keeps_encoded) {
      struct tpl_clone clone = {.to_bytes = extent->start_bytes,
                                .length_bytes = end - extent->start_bytes,
                                .is_encoded = true};
      if (add_clone (clones, &clone) != 0)
        return tpl_fail (job->path, ENOMEM, "remember compressed data");
      continue;
    }
    int status = extent->is_shared && copy->keeps_shares
                     ? add_shared (copy, job, extent, end, clones)
                     : add_range (copy, job, extent->start_bytes, end);
    if (status != 0)
      return status;
  }
  return 0;
}

/* Ends a file that clones, or has compressed data: what it clones from must have reached the target
 * before. */
static int
clone_and_finish (struct tpl_copy *copy, struct tpl_copy_job *job, const struct tpl_clones *clones)
{
  int status = tpl_pieces_flush (&job->pieces, &copy->ring, false);
  if (status == 0)
    status = tpl_ring_drain (&copy->ring);
  for (size_t i = 0; i < clones->count && status == 0; i++)
    status = clones->list[i].is_encoded
                 ? tpl_copy_encoded (copy, &job->from, &job->to, &clones->list[i])
                 : tpl_copy_clone (copy, &job->from, &job->to, &clones->list[i]);
  return status == 0 ? finish (copy, job) : status;
}

static int
copy_by_extents (struct tpl_copy *copy, struct tpl_copy_job *job)
{
  struct tpl_clones clones = {0};
  uint64_t size = job->inode.stat.stx_size;

  int status = tpl_extents_read (&job->from, size, &copy->extents);
  if (status != 0)
    return status;
  /* With its final size first, a file gets no room beyond its end by the allocator's guess. */
  if (size > 0 && ftruncate (job->to.fd, (off_t)size) != 0)
    return tpl_fail (job->path, errno, "set the size to %llu", (unsigned long long)size);
  status = tpl_copy_preallocate (copy, &job->to, &job->inode);
  if (status == 0)
    status = add_extents (copy, job, &clones);
  if (status == 0 && clones.count > 0)
    status = clone_and_finish (copy, job, &clones);
  else if (status == 0 && job->pieces.has_held)
    status = tpl_pieces_flush (&job->pieces, &copy->ring, true);
  else if (status == 0)
    status = finish (copy, job);
  free (clones.list);
  return status;
}

static int
copy_content (struct tpl_copy *copy, struct tpl_copy_job *job)
{
  const struct statx *stat = &job->inode.stat;
  if (tpl_extents_are_of_interest (&copy->trees[TPL_SOURCE], &job->inode) ||
      ((copy->keeps_shares || copy->keeps_encoded) && stat->stx_blocks > 0))
    return copy_by_extents (copy, job);
  if (stat->stx_size == 0)
    return finish (copy, job);
  /* The end of a big file is written through the page cache: if that made the file grow, XFS would
     reserve room beyond the end, which a tight target does not have. */
  if (job->writes_direct && ftruncate (job->to.fd, (off_t)stat->stx_size) != 0)
    return tpl_fail (job->path, errno, "set the size");
  int status = add_range (copy, job, 0, stat->stx_size);
  return status == 0 ? tpl_pieces_flush (&job->pieces, &copy->ring, true) : status;
}

static int
open_source (struct tpl_copy *copy, struct tpl_copy_job *job, const struct tpl_frame *frame,
             const char *name)
{
  struct tpl_tree *tree = &copy->trees[TPL_SOURCE];
  int dir_fd = frame->fd[TPL_SOURCE];
  int flags = O_RDONLY | O_NOFOLLOW | O_NOATIME | O_NONBLOCK | O_CLOEXEC;

  job->from.fd = openat (dir_fd, name, flags | (tree->has_direct ? O_DIRECT : 0));
  if (job->from.fd < 0 && errno == EINVAL && tree->has_direct) {
    tree->has_direct = false;
    job->from.fd = openat (dir_fd, name, flags);
  }
  if (job->from.fd < 0)
    return tpl_fail (job->path, errno, "open the file");
  int status = tpl_inode_read (&job->from, &job->inode);
  if (status != 0)
    return status;
  if (!S_ISREG (job->inode.stat.stx_mode))
    return tpl_fail (job->path, 0, "the directory calls it a regular file, the inode does not");
  if (tpl_walk_is_elsewhere (frame, TPL_SOURCE, &job->inode.stat))
    return tpl_fail (job->path, 0, "another filesystem is mounted here");
  return 0;
}

static int
create_target (struct tpl_copy *copy, struct tpl_copy_job *job, int dir_fd, const char *name)
{
  struct tpl_tree *tree = &copy->trees[TPL_TARGET];
  int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

  bool tried = false;
  while ((job->to.fd = openat (dir_fd, name, flags, job->inode.stat.stx_mode & 07777)) < 0)
    if (!tpl_room_make (dir_fd, &tried))
      return tpl_fail (job->path, errno, "create the file");
  if (job->inode.stat.stx_size >= direct_write_bytes && tree->has_direct) {
    job->writes_direct = fcntl (job->to.fd, F_SETFL, O_DIRECT) == 0;
    tree->has_direct = job->writes_direct;
  }
  if (job->inode.stat.stx_nlink > 1) {
    int status = tpl_copy_remember_link (copy, &job->to, &job->inode);
    if (status != 0)
      return status;
  }
  return tpl_copy_attr (&job->to, &job->inode);
}

int
tpl_copy_file (struct tpl_copy *copy, struct tpl_walk *walk, struct tpl_frame *frame,
               const struct tpl_entry *entry)
{
  struct tpl_copy_job *job = job_new (copy, walk);
  if (job == NULL)
    return tpl_fail (walk->path.text, ENOMEM, "copy the file");

  int status = open_source (copy, job, frame, entry->name);
  if (status == 0)
    status = create_target (copy, job, frame->fd[TPL_TARGET], entry->name);
  if (status != 0) {
    job_free (job);
    return status;
  }
  copy->counts.files++;
  /* Further names of an inode that is to become immutable must find it finished. */
  bool must_wait =
      job->inode.stat.stx_nlink > 1 && (job->inode.attr.fsx_xflags & TPL_LATE_XFLAGS) != 0;
  status = copy_content (copy, job);
  return status == 0 && must_wait ? tpl_ring_drain (&copy->ring) : status;
}
