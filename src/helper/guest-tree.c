/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_DEPTH = 256, MAX_LINKS = 40 };

/* A walk: the directories from the root down to where it is, and what is still to be walked. */
struct walk {
  int fds[MAX_DEPTH]; /* fds[0] is the root's, borrowed */
  char *names[MAX_DEPTH];
  int depth; /* of the current directory; 0 is the root */
  int links;
  char *pending;
};

int
tpl_guest_open_root (const char *root)
{
  return open (root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void
leave (struct walk *walk)
{
  if (walk->depth == 0)
    return;
  close (walk->fds[walk->depth]);
  free (walk->names[walk->depth]);
  walk->depth--;
}

static void
leave_all (struct walk *walk)
{
  while (walk->depth > 0)
    leave (walk);
}

/* Takes the next component off what is pending. The caller frees it; NULL at the end. */
static char *
next_component (struct walk *walk)
{
  char *start = walk->pending + strspn (walk->pending, "/");
  size_t length = strcspn (start, "/");
  if (length == 0)
    return NULL;
  char *component = strndup (start, length);
  memmove (walk->pending, start + length, strlen (start + length) + 1);
  return component;
}

static bool
more_is_pending (const struct walk *walk)
{
  return walk->pending[strspn (walk->pending, "/")] != '\0';
}

/* Puts a link's target before what is pending. */
static int
follow_link (struct walk *walk, int link_fd)
{
  char target[PATH_MAX];
  ssize_t length = readlinkat (link_fd, "", target, sizeof target - 1);
  if (length < 0)
    return errno;
  if (++walk->links > MAX_LINKS)
    return ELOOP;
  target[length] = '\0';
  char *pending = NULL;
  if (asprintf (&pending, "%s/%s", target, walk->pending) < 0)
    return ENOMEM;
  free (walk->pending);
  walk->pending = pending;
  if (target[0] == '/')
    leave_all (walk);
  return 0;
}

static char *
path_of (const struct walk *walk, const char *name)
{
  size_t length = strlen (name) + 2;
  for (int i = 1; i <= walk->depth; i++)
    length += strlen (walk->names[i]) + 1;
  char *path = malloc (length);
  if (path == NULL)
    return NULL;
  char *end = path;
  for (int i = 1; i <= walk->depth; i++) {
    *end++ = '/';
    end = stpcpy (end, walk->names[i]);
  }
  *end++ = '/';
  strcpy (end, name);
  return path;
}

static int
arrive (const struct walk *walk, char *name, const struct stat *status, struct tpl_guest_path *found)
{
  bool is_root = strcmp (name, ".") == 0;
  found->real_path = path_of (walk, is_root ? "" : name);
  found->parent_fd = fcntl (walk->fds[walk->depth], F_DUPFD_CLOEXEC, 0);
  found->name = name;
  found->status = *status;
  if (found->real_path != NULL && found->parent_fd >= 0)
    return 0;
  int errnum = found->real_path == NULL ? ENOMEM : errno;
  free (found->real_path);
  if (found->parent_fd >= 0)
    close (found->parent_fd);
  *found = (struct tpl_guest_path){ .parent_fd = -1 };
  return errnum;
}

/* Walks the one component NAME, which it takes over in every case. *DONE: the walk has arrived. */
static int
step (struct walk *walk, char *name, bool follow, struct tpl_guest_path *found, bool *done)
{
  if (strcmp (name, "..") == 0)
    leave (walk);
  bool stays = strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
  if (stays && more_is_pending (walk)) {
    free (name);
    return 0;
  }
  if (stays)
    strcpy (name, ".");

  struct stat status;
  int fd = openat (walk->fds[walk->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  int errnum = fd < 0 || fstat (fd, &status) < 0 ? errno : 0;
  if (errnum == 0 && S_ISLNK (status.st_mode) && (follow || more_is_pending (walk))) {
    errnum = follow_link (walk, fd);
    free (name);
    close (fd);
    return errnum;
  }
  if (errnum == 0 && !more_is_pending (walk)) {
    *done = true;
    errnum = arrive (walk, name, &status, found);
    name = errnum == 0 ? NULL : name;
  } else if (errnum == 0 && !S_ISDIR (status.st_mode)) {
    errnum = ENOTDIR;
  } else if (errnum == 0 && walk->depth + 1 >= MAX_DEPTH) {
    errnum = ENAMETOOLONG;
  } else if (errnum == 0) {
    walk->depth++;
    walk->fds[walk->depth] = fd;
    walk->names[walk->depth] = name;
    return 0;
  }
  free (name);
  if (fd >= 0)
    close (fd);
  return errnum;
}

int
tpl_guest_resolve (int root_fd, const char *path, bool follow, struct tpl_guest_path *found)
{
  struct walk walk = { .fds = { root_fd }, .pending = strdup (path) };
  bool done = false;
  int errnum = walk.pending == NULL ? ENOMEM : 0;
  *found = (struct tpl_guest_path){ .parent_fd = -1 };
  while (errnum == 0 && !done) {
    bool at_end = !more_is_pending (&walk);
    char *name = at_end ? strdup (".") : next_component (&walk);
    errnum = name == NULL ? ENOMEM : step (&walk, name, follow, found, &done);
  }
  leave_all (&walk);
  free (walk.pending);
  return errnum;
}

void
tpl_guest_path_clear (struct tpl_guest_path *path)
{
  if (path->parent_fd >= 0)
    close (path->parent_fd);
  free (path->name);
  free (path->real_path);
  *path = (struct tpl_guest_path){ .parent_fd = -1 };
}

int
tpl_guest_open_file (const struct tpl_guest_path *path, int flags)
{
  if (!S_ISREG (path->status.st_mode)) {
    errno = EINVAL;
    return -1;
  }
  return openat (path->parent_fd, path->name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int
tpl_guest_read_file (const struct tpl_guest_path *path, size_t max_bytes, char **content, size_t *size_bytes)
{
  *content = NULL;
  if (path->status.st_size > (off_t) max_bytes)
    return EFBIG;
  int fd = tpl_guest_open_file (path, O_RDONLY);
  if (fd < 0)
    return errno;
  size_t size = (size_t) path->status.st_size;
  char *data = malloc (size + 1);
  size_t got = 0;
  int errnum = data == NULL ? ENOMEM : 0;
  while (errnum == 0 && got < size) {
    ssize_t n = read (fd, data + got, size - got);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      errnum = n < 0 ? errno : EIO;
    else
      got += (size_t) n;
  }
  close (fd);
  if (errnum != 0) {
    free (data);
    return errnum;
  }
  data[size] = '\0';
  *content = data;
  *size_bytes = size;
  return 0;
}
