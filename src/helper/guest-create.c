/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-create.h"

#include "helper/command.h"
#include "helper/escape.h"
#include "helper/guest-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COPY_BYTES = 65536, FOLDER_MODE = 0755, FILE_MODE = 0755 };

/* Where something new is to be. */
struct place {
  int folder_fd;
  const char *name;
  char *folder; /* its path, free of links */
};

/* Returns 0 or an errno value. */
static int
find_place (int root_fd, const char *path, struct place *place)
{
  const char *slash = strrchr (path, '/');
  struct tpl_guest_path found;
  *place = (struct place){.folder_fd = -1, .name = slash + 1};
  char *folder = strndup (path, (size_t)(slash - path) + 1);
  int errnum = folder == NULL ? ENOMEM : tpl_guest_resolve (root_fd, folder, true, &found);
  free (folder);
  if (errnum != 0)
    return errnum;
  place->folder_fd = openat (found.parent_fd, found.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  errnum = place->folder_fd < 0 ? errno : 0;
  place->folder = found.real_path;
  found.real_path = NULL;
  tpl_guest_path_clear (&found);
  return errnum;
}

static void
leave_place (struct place *place)
{
  if (place->folder_fd >= 0)
    close (place->folder_fd);
  free (place->folder);
}

static void
tell_created (const struct place *place)
{
  fputs ("created\t", stdout);
  tpl_escape_write (stdout, place->folder, strlen (place->folder));
  putchar ('/');
  tpl_escape_write (stdout, place->name, strlen (place->name));
  putchar ('\n');
}

static int
copy_bytes (int from, int to)
{
  char *buffer = malloc (COPY_BYTES);
  ssize_t got = buffer == NULL ? -1 : read (from, buffer, COPY_BYTES);
  while (got > 0) {
    ssize_t put = write (to, buffer, (size_t)got);
    if (put >= 0 && put < got && lseek (from, put - got, SEEK_CUR) < 0)
      put = -1;
    got = put < 0 ? -1 : read (from, buffer, COPY_BYTES);
  }
  int errnum = got < 0 || fsync (to) < 0 ? errno : 0;
  free (buffer);
  return errnum;
}

static int
copy_to_place (const struct tpl_guest_path *from, const struct place *place)
{
  int from_fd = tpl_guest_open_file (from, O_RDONLY);
  int errnum = from_fd < 0 ? errno : 0;
  int to_fd = -1;
  if (errnum == 0)
    to_fd = openat (place->folder_fd, place->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
  if (errnum == 0)
    errnum = to_fd < 0 ? errno : copy_bytes (from_fd, to_fd);
  if (from_fd >= 0)
    close (from_fd);
  if (to_fd >= 0 && close (to_fd) < 0 && errnum == 0)
    errnum = errno;
  return errnum;
}

int
tpl_guest_make_folder (int root_fd, const char *path)
{
  struct place place;
  int errnum = find_place (root_fd, path, &place);
  if (errnum == 0 && mkdirat (place.folder_fd, place.name, FOLDER_MODE) < 0)
    errnum = errno;
  else if (errnum == 0)
    tell_created (&place);
  leave_place (&place);
  return errnum == 0 || errnum == EEXIST ? TPL_EXIT_OK
                                         : tpl_fail (path, errnum, "cannot make the folder");
}

int
tpl_guest_copy_file (int root_fd, const char *from, const char *path)
{
  struct tpl_guest_path source;
  struct place place;
  int errnum = tpl_guest_resolve (root_fd, from, true, &source);
  if (errnum != 0)
    return tpl_fail (from, errnum, "cannot find it in the guest");
  errnum = find_place (root_fd, path, &place);
  if (errnum == 0)
    errnum = copy_to_place (&source, &place);
  if (errnum == 0)
    tell_created (&place);
  leave_place (&place);
  tpl_guest_path_clear (&source);
  return errnum == 0 ? TPL_EXIT_OK : tpl_fail (path, errnum, "cannot create it");
}
