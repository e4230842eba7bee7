/* Tells how far a command is, as lines on a file of its own (the appliance's console, a pipe). */
#ifndef TPL_HELPER_PROGRESS_H
#define TPL_HELPER_PROGRESS_H

#include <stdint.h>
#include <time.h>

struct tpl_progress {
  int fd; /* -1: nobody listens */
  const char *command;
  uint64_t done_bytes;
  uint64_t total_bytes;
  uint64_t entries;
  struct timespec told;
};

/* Opens FILE (NULL: nobody listens) for lines of COMMAND. A file that cannot be opened or written
   is nobody listening, too: progress never fails a run. */
void tpl_progress_start (struct tpl_progress *progress, const char *command, const char *file,
                         uint64_t total_bytes);

/* Counts BYTES and ENTRIES that are done; tells it at most twice a second. */
void tpl_progress_add (struct tpl_progress *progress, uint64_t bytes, uint64_t entries);

/* Tells the final state. */
void tpl_progress_stop (struct tpl_progress *progress);

#endif
