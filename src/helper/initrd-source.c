/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/initrd-source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20 };

void
tpl_source_open_file (struct tpl_source *source, int fd, uint64_t offset, uint64_t end)
{
  source->fd = fd;
  source->owns_fd = false;
  source->offset = offset;
  source->end = end;
  source->consumed = 0;
  source->budget = UINT64_MAX;
  source->children[0] = source->children[1] = -1;
  source->at = source->have = 0;
}

/* Writes the range to OUT; the child that runs this is ended by SIGPIPE when nobody reads on. */
static void
feed (int fd, uint64_t offset, uint64_t end, int out)
{
  char buffer[65536];
  while (offset < end) {
    size_t want = end - offset < sizeof buffer ? (size_t)(end - offset) : sizeof buffer;
    ssize_t got = pread (fd, buffer, want, (off_t)offset);
    if (got <= 0)
      _exit (1);
    offset += (uint64_t)got;
    for (ssize_t done = 0; done < got;) {
      ssize_t n = write (out, buffer + done, (size_t)(got - done));
      if (n < 0)
        _exit (1);
      done += n;
    }
  }
  _exit (0);
}

static void
run (const char *const *argv, int in, int out)
{
  /* It may complain of the padding behind its data; what counts is what it unpacked. */
  int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (dup2 (in, 0) < 0 || dup2 (out, 1) < 0 || (null >= 0 && dup2 (null, 2) < 0))
    _exit (126);
  execvp (argv[0], (char *const *)argv);
  _exit (127);
}

static void
close_pipe (const int ends[2])
{
  close (ends[0]);
  close (ends[1]);
}

bool
tpl_source_open_program (struct tpl_source *source, int fd, uint64_t offset, uint64_t end,
                         const char *const *argv)
{
  int packed[2];
  int unpacked[2];
  if (pipe2 (packed, O_CLOEXEC) < 0)
    return false;
  if (pipe2 (unpacked, O_CLOEXEC) < 0) {
    close_pipe (packed);
    return false;
  }
  /* The three take turns less often, where the kernel lets them. */
  (void)fcntl (packed[1], F_SETPIPE_SZ, PIPE_BYTES);
  (void)fcntl (unpacked[1], F_SETPIPE_SZ, PIPE_BYTES);
  tpl_source_open_file (source, unpacked[0], 0, UINT64_MAX);
  source->owns_fd = true;
  source->children[1] = fork ();
  if (source->children[1] == 0)
    run (argv, packed[0], unpacked[1]);
  close (packed[0]);
  close (unpacked[1]);
  source->children[0] = source->children[1] > 0 ? fork () : -1;
  if (source->children[0] == 0) {
    close (unpacked[0]);
    feed (fd, offset, end, packed[1]);
  }
  int errnum = errno;
  close (packed[1]);
  if (source->children[0] > 0)
    return true;
  tpl_source_close (source);
  errno = errnum;
  return false;
}

int
tpl_source_close (struct tpl_source *source)
{
  int status = 0;
  if (source->owns_fd)
    close (source->fd);
  for (int i = 0; i < 2; i++)
    while (source->children[i] > 0 && waitpid (source->children[i], &status, 0) < 0 &&
           errno == EINTR)
      continue;
  return status;
}

static void
fill (struct tpl_source *source)
{
  size_t want = sizeof source->buffer;
  if (source->end - source->offset < want)
    want = (size_t)(source->end - source->offset);
  ssize_t got;
  do
    got = source->owns_fd ? read (source->fd, source->buffer, want)
                          : pread (source->fd, source->buffer, want, (off_t)source->offset);
  while (got < 0 && errno == EINTR);
  source->at = 0;
  source->have = got > 0 ? (size_t)got : 0;
  source->offset += source->have;
}

int
tpl_source_peek (struct tpl_source *source)
{
  if (source->at == source->have)
    fill (source);
  return source->at < source->have && source->budget > 0 ? (unsigned char)source->buffer[source->at]
                                                         : -1;
}

size_t
tpl_source_take (struct tpl_source *source, size_t length, const char **bytes)
{
  if (length == 0 || tpl_source_peek (source) < 0)
    return 0;
  size_t n = source->have - source->at;
  n = n > length ? length : n;
  n = n > source->budget ? (size_t)source->budget : n;
  *bytes = source->buffer + source->at;
  source->at += n;
  source->consumed += n;
  source->budget -= n;
  return n;
}

bool
tpl_source_read (struct tpl_source *source, void *to, uint64_t length)
{
  char *end = to;
  while (length > 0) {
    const char *bytes;
    size_t n = tpl_source_take (source, length > SIZE_MAX ? SIZE_MAX : (size_t)length, &bytes);
    if (n == 0)
      return false;
    if (end != NULL)
      end = mempcpy (end, bytes, n);
    length -= n;
  }
  return true;
}
