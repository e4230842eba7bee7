#include "helper/room.h"

#include <errno.h>
#include <unistd.h>

bool
tpl_room_make (int fd, bool *tried)
{
  if (errno != ENOSPC || *tried)
    return false;
  *tried = true;
  if (syncfs (fd) == 0)
    return true;
  errno = ENOSPC;
  return false;
}
