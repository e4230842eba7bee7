/* A map from inode numbers to numbers: hard links are found again by it. */
#ifndef TPL_HELPER_INODE_MAP_H
#define TPL_HELPER_INODE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tpl_inode_map {
  struct tpl_inode_map_slot *slots; /* owned; open addressing, a power of two of them */
  size_t room;
  size_t count;
};

/* Whether INO is in MAP; *VALUE gets what it was put with. */
bool tpl_inode_map_find (const struct tpl_inode_map *map, uint64_t ino, uint64_t *value);

/* Puts INO, which is not 0 and not in MAP yet. Returns false when memory is short. */
bool tpl_inode_map_put (struct tpl_inode_map *map, uint64_t ino, uint64_t value);

void tpl_inode_map_free (struct tpl_inode_map *map);

#endif
