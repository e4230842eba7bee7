/* How a file lies on the disk, as far as it matters: holes, preallocations, shared extents. */
#include "helper/command.h"
#include "helper/compare.h"

#include <errno.h>

/* Holes may be lost up to this much, and up to this part of the source's blocks: another block size
   or an extent size hint rounds them. */
enum { tolerated_bytes = 64 * 1024, tolerated_part = 16 };

static uint64_t
end_of (const struct tpl_extent *extent)
{
  return extent->start_bytes + extent->length_bytes;
}

/* Bytes below SIZE that take room on the disk. */
static uint64_t
allocated_bytes (const struct tpl_extents *extents, uint64_t size, bool with_unwritten)
{
  uint64_t sum = 0;
  for (size_t i = 0; i < extents->count; i++) {
    const struct tpl_extent *extent = &extents->list[i];
    if (extent->start_bytes >= size || (extent->is_unwritten && !with_unwritten))
      continue;
    sum += (end_of (extent) < size ? end_of (extent) : size) - extent->start_bytes;
  }
  return sum;
}

/* The first byte of START..END for which EXTENTS have no room; END if they have room for all. */
static uint64_t
first_uncovered (const struct tpl_extents *extents, uint64_t start, uint64_t end)
{
  for (size_t i = 0; i < extents->count && start < end; i++) {
    const struct tpl_extent *extent = &extents->list[i];
    if (extent->start_bytes <= start && end_of (extent) > start)
      start = end_of (extent);
  }
  return start < end ? start : end;
}

void
tpl_compare_allocation (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const char *path = pair->node[TPL_SOURCE].path;
  const struct tpl_extents *source = &compare->extents[TPL_SOURCE];
  const struct tpl_extents *target = &compare->extents[TPL_TARGET];
  uint64_t size = pair->inode[TPL_SOURCE].stat.stx_size;

  uint64_t before = allocated_bytes (source, size, true);
  uint64_t after = allocated_bytes (target, size, true);
  if (after > before + tolerated_bytes + before / tolerated_part)
    tpl_compare_report (compare, path, "holes", "source takes %llu bytes target %llu",
                        (unsigned long long)before, (unsigned long long)after);

  if (!tpl_extents_keep_unwritten (&compare->trees[TPL_SOURCE], &pair->inode[TPL_SOURCE]))
    return;
  for (size_t i = 0; i < source->count; i++) {
    const struct tpl_extent *extent = &source->list[i];
    if (!extent->is_unwritten)
      continue;
    uint64_t lost = first_uncovered (target, extent->start_bytes, end_of (extent));
    if (lost == end_of (extent))
      continue;
    tpl_compare_report (compare, path, "preallocation", "target has no room at %llu",
                        (unsigned long long)lost);
    return;
  }
}

/* Checks the blocks at SOURCE_AT against those at TARGET_AT: either both are new, or the one is
   where the other was seen before. *IS_SHARED becomes false if not. */
static int
check_blocks (struct tpl_compare *compare, uint64_t source_at, uint64_t target_at, uint64_t length,
              bool *is_shared)
{
  uint64_t done = 0;
  while (done < length) {
    struct tpl_share found;
    bool is_known = tpl_share_find (&compare->shares, source_at + done, length - done, &found);
    uint64_t new_end = is_known ? found.start_bytes - source_at : length;
    struct tpl_share new = {
        .start_bytes = source_at + done, .length_bytes = new_end - done, .value = target_at + done};
    if (new_end > done && !tpl_share_add (&compare->shares, &new))
      return ENOMEM;
    done = new_end;
    if (!is_known)
      continue;
    if (found.value != target_at + done)
      *is_shared = false;
    done += found.length_bytes;
  }
  return 0;
}

static int
check_extent (struct tpl_compare *compare, const struct tpl_extent *source, bool *is_shared)
{
  const struct tpl_extents *targets = &compare->extents[TPL_TARGET];
  for (size_t i = 0; i < targets->count; i++) {
    const struct tpl_extent *target = &targets->list[i];
    uint64_t start =
        source->start_bytes > target->start_bytes ? source->start_bytes : target->start_bytes;
    uint64_t end = end_of (source) < end_of (target) ? end_of (source) : end_of (target);
    if (target->is_unwritten || start >= end)
      continue;
    int error = check_blocks (compare, source->physical_bytes + (start - source->start_bytes),
                              target->physical_bytes + (start - target->start_bytes), end - start,
                              is_shared);
    if (error != 0)
      return error;
  }
  return 0;
}

int
tpl_compare_shares (struct tpl_compare *compare, const struct tpl_pair *pair)
{
  const struct tpl_extents *source = &compare->extents[TPL_SOURCE];
  bool is_shared = true;

  for (size_t i = 0; i < source->count; i++) {
    const struct tpl_extent *extent = &source->list[i];
    if (!extent->is_shared || extent->is_unwritten)
      continue;
    int error = check_extent (compare, extent, &is_shared);
    if (error != 0)
      return tpl_fail (pair->node[TPL_SOURCE].path, error, "compare shared extents");
  }
  if (!is_shared)
    tpl_compare_report (compare, pair->node[TPL_SOURCE].path, "sharing",
                        "has blocks of its own that the source shares");
  return 0;
}
