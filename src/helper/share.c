#include "helper/share.h"

#include <stdlib.h>
#include <string.h>

/* Index 0 is no node. */
struct tpl_share_node {
  struct tpl_share share;
  uint32_t priority; /* the treap's heap order: random, so that the tree stays shallow */
  uint32_t child[2]; /* lower, higher */
};

bool
tpl_share_find (const struct tpl_share_map *map, uint64_t start_bytes, uint64_t length_bytes,
                struct tpl_share *found)
{
  /* The lowest range that ends after START: ranges do not overlap, so their ends are ordered, too.
   */
  uint32_t best = 0;
  for (uint32_t at = map->root; at != 0;) {
    const struct tpl_share *share = &map->nodes[at].share;
    bool ends_after = share->start_bytes + share->length_bytes > start_bytes;
    if (ends_after)
      best = at;
    at = map->nodes[at].child[ends_after ? 0 : 1];
  }
  if (best == 0 || map->nodes[best].share.start_bytes >= start_bytes + length_bytes)
    return false;

  *found = map->nodes[best].share;
  if (found->start_bytes < start_bytes) {
    uint64_t skipped = start_bytes - found->start_bytes;
    found->start_bytes += skipped;
    found->value += skipped;
    found->length_bytes -= skipped;
  }
  if (found->start_bytes + found->length_bytes > start_bytes + length_bytes)
    found->length_bytes = start_bytes + length_bytes - found->start_bytes;
  return true;
}

/* Inserts node NEW below AT and returns the sub-tree's new root. */
static uint32_t
insert (struct tpl_share_map *map, uint32_t at, uint32_t new)
{
  if (at == 0)
    return new;
  struct tpl_share_node *node = &map->nodes[at];
  int side = map->nodes[new].share.start_bytes < node->share.start_bytes ? 0 : 1;
  uint32_t child = insert (map, node->child[side], new);
  node->child[side] = child;
  if (map->nodes[child].priority <= node->priority)
    return at;
  node->child[side] = map->nodes[child].child[1 - side];
  map->nodes[child].child[1 - side] = at;
  return child;
}

bool
tpl_share_add (struct tpl_share_map *map, const struct tpl_share *share)
{
  if (map->count + 1 >= map->room) {
    uint32_t room;
    if (__builtin_mul_overflow (map->room, 2u, &room) ||
        __builtin_add_overflow (room, 1024u, &room))
      return false;
    struct tpl_share_node *nodes = reallocarray (map->nodes, room, sizeof *nodes);
    if (nodes == NULL)
      return false;
    map->nodes = nodes;
    map->room = room;
  }
  /* xorshift; its quality does not matter, only that it is no order of the disk's. */
  map->random = map->random == 0 ? 2463534242u : map->random;
  map->random ^= map->random << 13;
  map->random ^= map->random >> 17;
  map->random ^= map->random << 5;

  uint32_t new = ++map->count;
  map->nodes[new] = (struct tpl_share_node){.share = *share, .priority = map->random};
  map->root = insert (map, map->root, new);
  return true;
}

void
tpl_share_free (struct tpl_share_map *map)
{
  free (map->nodes);
  memset (map, 0, sizeof *map);
}
