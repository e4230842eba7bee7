/* Arrays that grow. */
#ifndef TPL_HELPER_GROW_H
#define TPL_HELPER_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Makes sure of a place behind the COUNT items, of ITEM_BYTES each, of LIST, which has *ROOM.
   Returns the list, which may have moved, or NULL, having changed nothing: no memory. */
static inline void *
tpl_grow (void *list, size_t count, size_t *room, size_t item_bytes)
{
  if (list != NULL && count < *room)
    return list;
  size_t more = *room * 2 + 64;
  void *grown = reallocarray (list, more, item_bytes);
  if (grown != NULL)
    *room = more;
  return grown;
}

#endif
