/* Room on a target that just fits. What waits in the page cache has the worst case of room set
   aside. XFS writes it out before it refuses some calls (a buffered write, a new file), but not
   before others (a direct write, a symbolic link, an extended attribute). */
#ifndef TPL_HELPER_ROOM_H
#define TPL_HELPER_ROOM_H

#include <stdbool.h>

/* To be asked when a call failed, and errno says why. Whether it is worth repeating: there was no
   space, and what waited to be written to FD's filesystem is written now. *TRIED, false at first,
   lets that happen once. Else errno is as it was. */
bool tpl_room_make (int fd, bool *tried);

#endif
