#include "helper/inode-map.h"

#include <stdlib.h>
#include <string.h>

struct tpl_inode_map_slot {
  uint64_t ino; /* 0: free */
  uint64_t value;
};

static size_t
first_slot (const struct tpl_inode_map *map, uint64_t ino)
{
  /* Inode numbers lie close together: spread them (Fibonacci hashing). */
  return (size_t)(ino * 0x9e3779b97f4a7c15u >> 20) & (map->room - 1);
}

static struct tpl_inode_map_slot *
slot_of (const struct tpl_inode_map *map, uint64_t ino)
{
  size_t at = first_slot (map, ino);
  while (map->slots[at].ino != 0 && map->slots[at].ino != ino)
    at = (at + 1) & (map->room - 1);
  return &map->slots[at];
}

bool
tpl_inode_map_find (const struct tpl_inode_map *map, uint64_t ino, uint64_t *value)
{
  if (map->count == 0)
    return false;
  const struct tpl_inode_map_slot *slot = slot_of (map, ino);
  if (slot->ino != ino)
    return false;
  *value = slot->value;
  return true;
}

static bool
grow (struct tpl_inode_map *map)
{
  struct tpl_inode_map bigger = {.room = map->room == 0 ? 1024 : map->room * 2};
  bigger.slots = calloc (bigger.room, sizeof *bigger.slots);
  if (bigger.slots == NULL)
    return false;
  for (size_t i = 0; i < map->room; i++)
    if (map->slots[i].ino != 0)
      *slot_of (&bigger, map->slots[i].ino) = map->slots[i];
  bigger.count = map->count;
  free (map->slots);
  *map = bigger;
  return true;
}

bool
tpl_inode_map_put (struct tpl_inode_map *map, uint64_t ino, uint64_t value)
{
  if (map->count >= map->room / 4 * 3 && !grow (map))
    return false;
  struct tpl_inode_map_slot *slot = slot_of (map, ino);
  slot->ino = ino;
  slot->value = value;
  map->count++;
  return true;
}

void
tpl_inode_map_free (struct tpl_inode_map *map)
{
  free (map->slots);
  memset (map, 0, sizeof *map);
}
