#include "helper/progress.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { interval_ms = 500 };

void
tpl_progress_start (struct tpl_progress *progress, const char *command, const char *file,
                    uint64_t total_bytes)
{
  memset (progress, 0, sizeof *progress);
  progress->command = command;
  progress->total_bytes = total_bytes;
  progress->fd = file == NULL ? -1 : open (file, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  clock_gettime (CLOCK_MONOTONIC_COARSE, &progress->told);
}

static void
tell (struct tpl_progress *progress)
{
  char line[160];
  int length =
      snprintf (line, sizeof line, "tpl-progress: %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                progress->command, progress->done_bytes, progress->total_bytes, progress->entries);
  ssize_t ignored = write (progress->fd, line, (size_t)length);
  (void)ignored;
}

void
tpl_progress_add (struct tpl_progress *progress, uint64_t bytes, uint64_t entries)
{
  struct timespec now;

  progress->done_bytes += bytes;
  progress->entries += entries;
  if (progress->fd < 0)
    return;
  /* The coarse clock is read without a system call, whatever the emulated machine's clock is. */
  clock_gettime (CLOCK_MONOTONIC_COARSE, &now);
  int64_t passed_ms = (int64_t)(now.tv_sec - progress->told.tv_sec) * 1000 +
                      (now.tv_nsec - progress->told.tv_nsec) / 1000000;
  if (passed_ms < interval_ms)
    return;
  progress->told = now;
  tell (progress);
}

void
tpl_progress_stop (struct tpl_progress *progress)
{
  if (progress->fd < 0)
    return;
  tell (progress);
  close (progress->fd);
  progress->fd = -1;
}
