/* A map from ranges of a disk to what was recorded of them: how shared extents (reflinks) are
   recognised. Memory: 40 bytes a shared extent. */
#ifndef TPL_HELPER_SHARE_H
#define TPL_HELPER_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpl_share_map {
  struct tpl_share_node *nodes; /* owned; a treap, linked by index */
  uint32_t count;
  uint32_t room;
  uint32_t root;
  uint32_t random;
};

struct tpl_share {
  uint64_t start_bytes; /* on the disk */
  uint64_t length_bytes;
  uint64_t value; /* for start_bytes; the next byte has value + 1 */
  uint32_t owner;
};

/* Finds the first recorded part of the range START..START+LENGTH, cut to it. Returns false when no
   part of it is recorded. */
bool tpl_share_find (const struct tpl_share_map *map, uint64_t start_bytes, uint64_t length_bytes,
                     struct tpl_share *found);

/* Records a range of which no part is recorded yet. Returns false when memory is short. */
bool tpl_share_add (struct tpl_share_map *map, const struct tpl_share *share);

void tpl_share_free (struct tpl_share_map *map);

#endif
