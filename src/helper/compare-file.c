/* Regular files: the same bytes in both trees. */
#include "helper/command.h"
#include "helper/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pair of files that is being compared: its pieces may be in the ring. */
struct tpl_compare_job {
  LIST_ENTRY (tpl_compare_job) others;
  struct tpl_pair pair;
  bool differs;
  struct tpl_digest digest; /* of both files, as long as they are the same */
  struct tpl_pieces pieces;
  char path[];
};

static struct tpl_compare_job *
job_new (struct tpl_compare *compare, const struct tpl_walk *walk, unsigned expectation)
{
  size_t path_bytes = strlen (walk->path.text) + 1;
  struct tpl_compare_job *job = calloc (1, sizeof *job + path_bytes);
  if (job == NULL)
    return NULL;
  LIST_INSERT_HEAD (&compare->jobs, job, others);
  memcpy (job->path, walk->path.text, path_bytes);
  job->pair.expectation = expectation;
  tpl_digest_start (&job->digest);
  for (int side = 0; side < TPL_SIDES; side++)
    job->pair.node[side] = tpl_node_open (&compare->trees[side], -1, job->path);
  return job;
}

static void
job_free (struct tpl_compare_job *job)
{
  for (int side = 0; side < TPL_SIDES; side++)
    if (job->pair.node[side].fd >= 0)
      close (job->pair.node[side].fd);
  LIST_REMOVE (job, others);
  free (job);
}

void
tpl_compare_drop_files (struct tpl_compare *compare)
{
  while (!LIST_EMPTY (&compare->jobs))
    job_free (LIST_FIRST (&compare->jobs));
}

/* The content of both sides has been read, or is not looked at. */
static int
finish (struct tpl_compare *compare, struct tpl_compare_job *job)
{
  char hex[TPL_DIGEST_HEX] = "";

  if (compare->manifest == NULL)
    return 0;
  if (!compare->without_content)
    tpl_digest_end (&job->digest, job->pair.inode[TPL_SOURCE].stat.stx_size, hex);
  const char *const content[TPL_SIDES] = {hex, hex};
  return tpl_manifest_pair (compare, &job->pair, content);
}

/* Of a file that differs on purpose each side is read by itself. */
static int
describe_edited (struct tpl_compare *compare, const struct tpl_compare_job *job)
{
  char hex[TPL_SIDES][TPL_DIGEST_HEX];
  int status = 0;

  for (int side = 0; side < TPL_SIDES && status == 0; side++)
    status = tpl_manifest_digest (compare, &job->pair.node[side], &job->pair.inode[side], hex[side]);
  const char *const content[TPL_SIDES] = {hex[TPL_SOURCE], hex[TPL_TARGET]};
  return status == 0 ? tpl_manifest_pair (compare, &job->pair, content) : status;
}

static size_t
first_difference (const struct tpl_piece *piece)
{
  size_t at = 0;
  while (at < piece->length_bytes && piece->buffer[0][at] == piece->buffer[1][at])
    at++;
  return at;
}

int
tpl_compare_piece_arrived (void *context, struct tpl_piece *piece)
{
  struct tpl_compare *compare = context;
  struct tpl_compare_job *job = piece->owner;
  int status = 0;

  if (piece->fds == TPL_SIDES && !job->differs && memcmp (piece->buffer[0], piece->buffer[1], piece->length_bytes) != 0) {
    job->differs = true;
    tpl_compare_report (compare, job->path, "content", "first difference at byte %llu",
                        (unsigned long long)(piece->offset_bytes + first_difference (piece)));
  }
  if (compare->manifest != NULL)
    tpl_digest_add (&job->digest, piece->offset_bytes, piece->buffer[0], piece->length_bytes);
  compare->compared_bytes += piece->length_bytes;
  tpl_progress_add (&compare->progress, piece->length_bytes, 0);
  if (piece->is_last) {
    status = finish (compare, job);
    job_free (job);
  }
  return status;
}

int
tpl_compare_piece_failed (void *context, const struct tpl_piece *piece, int which, int errnum)
{
  const struct tpl_compare_job *job = piece->owner;
  (void)context;
  if (errnum == 0)
    return tpl_fail (job->path, 0, "became shorter while it was read in the %s",
                     tpl_side_name (which));
  return tpl_fail (job->path, errnum, "read at %llu in the %s",
                   (unsigned long long)piece->offset_bytes, tpl_side_name (which));
}

static int
add_range (struct tpl_compare *compare, struct tpl_compare_job *job, uint64_t start, uint64_t end)
{
  const struct tpl_piece piece = {
      .fds = compare->is_single ? 1 : TPL_SIDES,
      .fd = {job->pair.node[TPL_SOURCE].fd, job->pair.node[TPL_TARGET].fd},
      .is_direct = {compare->trees[TPL_SOURCE].has_direct, compare->trees[TPL_TARGET].has_direct},
      .owner = job,
  };
  return tpl_pieces_add (&job->pieces, &compare->ring, &piece, start, end);
}

/* The data extent of SIDE that ends after AT, cut to SIZE. Returns false when there is none. */
static bool
next_data (const struct tpl_extents *extents, size_t *index, uint64_t at, uint64_t size,
           uint64_t *start, uint64_t *end)
{
  for (; *index < extents->count; ++*index) {
    const struct tpl_extent *extent = &extents->list[*index];
    *start = extent->start_bytes > at ? extent->start_bytes : at;
    *end = extent->start_bytes + extent->length_bytes;
    *end = *end < size ? *end : size;
    if (!extent->is_unwritten && *start < *end)
      return true;
  }
  return false;
}

/* Reads what is data on either side; what is data on none is zeros on both. */
static int
add_data (struct tpl_compare *compare, struct tpl_compare_job *job, uint64_t size)
{
  size_t index[TPL_SIDES] = {0};
  uint64_t at = 0, start[TPL_SIDES], end[TPL_SIDES];

  for (;;) {
    bool found[TPL_SIDES];
    for (int side = 0; side < TPL_SIDES; side++)
      found[side] =
          next_data (&compare->extents[side], &index[side], at, size, &start[side], &end[side]);
    if (!found[TPL_SOURCE] && !found[TPL_TARGET])
      return 0;
    /* The one that begins first, up to where it ends or the other begins. */
    int first = !found[TPL_TARGET] || (found[TPL_SOURCE] && start[TPL_SOURCE] <= start[TPL_TARGET])
                    ? TPL_SOURCE
                    : TPL_TARGET;
    int status = add_range (compare, job, start[first], end[first]);
    if (status != 0)
      return status;
    at = end[first];
  }
}

/* Whether the extents of the pair are needed, and if so, reads them. */
static int
read_extents (struct tpl_compare *compare, struct tpl_compare_job *job, bool *needed)
{
  *needed = compare->with_shares && job->pair.inode[TPL_SOURCE].stat.stx_blocks > 0;
  for (int side = 0; side < TPL_SIDES; side++)
    *needed |= tpl_extents_are_of_interest (&compare->trees[side], &job->pair.inode[side]);
  int status = 0;
  for (int side = 0; side < TPL_SIDES && *needed && status == 0; side++)
    status = tpl_extents_read (&job->pair.node[side], job->pair.inode[side].stat.stx_size,
                               &compare->extents[side]);
  return status;
}

/* Frees JOB, or leaves that to its last piece. */
static int
compare_content (struct tpl_compare *compare, struct tpl_compare_job *job)
{
  uint64_t size = job->pair.inode[TPL_SOURCE].stat.stx_size;
  bool by_extents;

  int status = read_extents (compare, job, &by_extents);
  if (status == 0 && by_extents)
    tpl_compare_allocation (compare, &job->pair);
  if (status == 0 && by_extents && compare->with_shares)
    status = tpl_compare_shares (compare, &job->pair);
  if (status == 0 && !compare->without_content)
    status = by_extents ? add_data (compare, job, size) : add_range (compare, job, 0, size);
  if (status == 0 && job->pieces.has_held)
    return tpl_pieces_flush (&job->pieces, &compare->ring, true);
  if (status == 0)
    status = finish (compare, job);
  /* After an error pieces of the job may be in the ring: then it must stay. */
  if (status == 0)
    job_free (job);
  return status;
}

static int
open_files (struct tpl_compare *compare, struct tpl_compare_job *job, const struct tpl_frame *frame,
            const char *name)
{
  const int flags = O_RDONLY | O_NOFOLLOW | O_NOATIME | O_NONBLOCK | O_CLOEXEC;

  for (int side = 0; side < TPL_SIDES; side++) {
    struct tpl_tree *tree = &compare->trees[side];
    int fd = openat (frame->fd[side], name, flags | (tree->has_direct ? O_DIRECT : 0));
    if (fd < 0 && errno == EINVAL && tree->has_direct) {
      tree->has_direct = false;
      fd = openat (frame->fd[side], name, flags);
    }
    if (fd < 0)
      return tpl_fail (job->path, errno, "open the file in the %s", tpl_side_name (side));
    job->pair.node[side].fd = fd;
  }
  return 0;
}

int
tpl_compare_file (struct tpl_compare *compare, struct tpl_walk *walk, struct tpl_frame *frame,
                  const struct tpl_entry *entry, unsigned expectation)
{
  struct tpl_compare_job *job = job_new (compare, walk, expectation);
  if (job == NULL)
    return tpl_fail (walk->path.text, ENOMEM, "compare the file");

  int status = open_files (compare, job, frame, entry->name);
  if (status == 0)
    status = tpl_compare_read (&job->pair);
  if (status == 0)
    status = tpl_compare_remember_link (compare, &job->pair);
  if (status == 0)
    status = tpl_compare_metadata (compare, &job->pair);
  compare->files++;
  const struct statx *source = &job->pair.inode[TPL_SOURCE].stat;
  const struct statx *target = &job->pair.inode[TPL_TARGET].stat;
  if (status == 0 && expectation & TPL_EXPECT_EDITED)
    status = describe_edited (compare, job);
  if (status != 0 || expectation & TPL_EXPECT_EDITED || source->stx_size != target->stx_size) {
    job_free (job);
    return status;
  }
  return compare_content (compare, job);
}
