#include "helper/btrfs-extents.h"

#include "helper/btrfs-search.h"
#include "helper/command.h"
#include "helper/grow.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/btrfs_tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a file refers to of a plain extent, by place on the (logical) disk. */
struct tpl_btrfs_ref {
  uint64_t start_bytes;
  uint64_t length_bytes;
  uint64_t subvolume;
  uint64_t inode;
};

/* While one subvolume is read. */
struct reading {
  struct tpl_btrfs_extents *extents;
  uint64_t subvolume;
  uint64_t block_bytes;
  uint64_t inode_flags; /* of the inode that was read last: its items follow */
};

/* fs/btrfs: the item in front of each item's data in a leaf, and the default of max_inline. */
enum { item_header_bytes = 25, most_inline_bytes = 2048 };

/* Flags of an inode: without checksums, written in place (fs/btrfs/btrfs_inode.h). */
enum { inode_nodatasum = 1, inode_nodatacow = 2 };

static int
add_ref (struct reading *reading, const struct tpl_btrfs_ref *ref)
{
  struct tpl_btrfs_extents *extents = reading->extents;

  struct tpl_btrfs_ref *refs
      = tpl_grow (extents->refs, extents->count, &extents->room, sizeof *refs);
  if (refs == NULL)
    return ENOMEM;
  extents->refs = refs;
  extents->refs[extents->count++] = *ref;
  return 0;
}

/* In the copy it may need a block, unpacked or with another max_inline. */
static void
add_inline (struct reading *reading, const struct btrfs_file_extent_item *item, uint64_t item_bytes)
{
  struct tpl_btrfs_extents *extents = reading->extents;
  uint64_t block_bytes = reading->block_bytes;
  uint64_t unpacked = le64toh (item->ram_bytes) > most_inline_bytes ? block_bytes : 0;

  if (item->compression == 0)
    extents->plain_bytes += unpacked;
  else {
    extents->unpacked_bytes += unpacked;
    extents->encoded_bytes += item_bytes > most_inline_bytes ? block_bytes : 0;
  }
}

/* A part of a compressed extent is copied compressed with all of it, or unpacked, whichever is less
   (copy-encoded.c). Files without checksums have no compressed data in the copy. */
static void
add_compressed (struct reading *reading, uint64_t length, uint64_t on_disk)
{
  struct tpl_btrfs_extents *extents = reading->extents;
  const uint64_t hinders = inode_nodatasum | inode_nodatacow;

  extents->unpacked_bytes += length;
  extents->encoded_bytes
      += on_disk < length && !(reading->inode_flags & hinders) ? on_disk : length;
}

static int
take_extent (struct reading *reading, const struct btrfs_ioctl_search_header *header,
             const void *bytes)
{
  struct btrfs_file_extent_item item = {0};

  if (header->len < offsetof (struct btrfs_file_extent_item, disk_bytenr))
    return EIO;
  memcpy (&item, bytes, header->len < sizeof item ? header->len : sizeof item);
  reading->extents->extent_count++;
  if (item.type == BTRFS_FILE_EXTENT_INLINE) {
    add_inline (reading, &item,
                header->len - offsetof (struct btrfs_file_extent_item, disk_bytenr));
    return 0;
  }
  if (header->len < sizeof item)
    return EIO;
  if (item.disk_bytenr == 0)
    return 0; /* a hole */
  uint64_t length = le64toh (item.num_bytes);
  /* What is small enough lies inline in a copy. */
  if (header->offset == 0 && length <= reading->block_bytes)
    reading->extents->leaf_bytes += most_inline_bytes;
  if (item.type == BTRFS_FILE_EXTENT_PREALLOC) { /* never shared in a copy */
    reading->extents->plain_bytes += length;
    return 0;
  }
  if (item.compression != 0) {
    add_compressed (reading, length, le64toh (item.disk_num_bytes));
    return 0;
  }
  return add_ref (reading, &(struct tpl_btrfs_ref){
                               .start_bytes = le64toh (item.disk_bytenr) + le64toh (item.offset),
                               .length_bytes = length,
                               .subvolume = reading->subvolume,
                               .inode = header->objectid,
                           });
}

static int
take_item (void *context, const struct btrfs_ioctl_search_header *header, const void *bytes)
{
  struct reading *reading = context;
  struct btrfs_inode_item inode;

  reading->extents->leaf_bytes += item_header_bytes + header->len;
  if (header->type == BTRFS_INODE_ITEM_KEY && header->len >= sizeof inode) {
    memcpy (&inode, bytes, sizeof inode);
    reading->inode_flags = le64toh (inode.flags);
  }
  return header->type == BTRFS_EXTENT_DATA_KEY ? take_extent (reading, header, bytes) : 0;
}

int
tpl_btrfs_extents_add (struct tpl_btrfs_extents *extents, const struct tpl_tree *tree,
                       uint64_t subvolume)
{
  struct reading reading = {
      .extents = extents, .subvolume = subvolume, .block_bytes = tree->block_bytes};
  const struct btrfs_ioctl_search_key key = {
      .tree_id = subvolume, .max_objectid = UINT64_MAX, .max_type = UINT8_MAX};

  int error = tpl_btrfs_search (tree->root_fd, &key, take_item, &reading);
  return error == 0 ? 0 : tpl_fail ("/", error, "read subvolume %" PRIu64, subvolume);
}

static int
by_owner (const void *left, const void *right)
{
  const struct tpl_btrfs_ref *a = left, *b = right;
  if (a->subvolume != b->subvolume)
    return a->subvolume < b->subvolume ? -1 : 1;
  if (a->inode != b->inode)
    return a->inode < b->inode ? -1 : 1;
  return a->start_bytes < b->start_bytes ? -1 : a->start_bytes > b->start_bytes;
}

static int
by_start (const void *left, const void *right)
{
  const struct tpl_btrfs_ref *a = left, *b = right;
  return a->start_bytes < b->start_bytes ? -1 : a->start_bytes > b->start_bytes;
}

/* Bytes of the sorted references that an earlier one covers; with `by_inode`, one of the same file.
 */
static uint64_t
overlap_bytes (const struct tpl_btrfs_extents *extents, bool by_inode)
{
  uint64_t sum = 0, end = 0;

  for (size_t i = 0; i < extents->count; i++) {
    const struct tpl_btrfs_ref *ref = &extents->refs[i];
    const struct tpl_btrfs_ref *last = i > 0 ? ref - 1 : ref;
    if (by_inode && (ref->inode != last->inode || ref->subvolume != last->subvolume))
      end = 0;
    uint64_t ref_end = ref->start_bytes + ref->length_bytes;
    if (end > ref->start_bytes)
      sum += (ref_end < end ? ref_end : end) - ref->start_bytes;
    end = ref_end > end ? ref_end : end;
  }
  return sum;
}

static void
sort (struct tpl_btrfs_extents *extents, int (*order) (const void *, const void *))
{
  if (extents->count > 0) /* else there is no array */
    qsort (extents->refs, extents->count, sizeof *extents->refs, order);
}

void
tpl_btrfs_extents_print (struct tpl_btrfs_extents *extents)
{
  uint64_t plain_bytes = extents->plain_bytes;

  for (size_t i = 0; i < extents->count; i++)
    plain_bytes += extents->refs[i].length_bytes;
  /* What one file has twice need not be shared in the copy. */
  sort (extents, by_owner);
  uint64_t own_bytes = overlap_bytes (extents, true);
  sort (extents, by_start);
  uint64_t shared_bytes = overlap_bytes (extents, false);
  const struct tpl_count lines[] = {
      {"leaf_bytes", extents->leaf_bytes},
      {"data_extents", extents->extent_count},
      {"plain_bytes", plain_bytes - shared_bytes + own_bytes},
      {"shared_bytes", shared_bytes},
      {"encoded_bytes", extents->encoded_bytes},
      {"unpacked_bytes", extents->unpacked_bytes},
      {NULL, 0},
  };
  tpl_counts_print (lines);
}

void
tpl_btrfs_extents_free (struct tpl_btrfs_extents *extents)
{
  free (extents->refs);
  *extents = (struct tpl_btrfs_extents){0};
}
