/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A tpl-shrink that runs as a child process. Needs the default main context. */
#pragma once

#include "batch/event.h"

/** How a child runs. */
typedef struct {
  int nice;         /* added to the batch's own */
  int ionice_class; /* 0: as the batch's; else IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE */
  int ionice_level;
} TplBatchManners;

typedef struct TplBatchChild TplBatchChild;

typedef struct {
  void (*event) (const TplEvent *event, gpointer user_data);
  /** The last call; the child may be freed in it. `result` has the process's own exit status, or
   * 128 + the signal that ended it. */
  void (*end) (const TplBatchResult *result, gpointer user_data);
} TplBatchListener;

/**
 * Starts it in a process group of its own, so that a terminal's Ctrl-C comes to us alone, and so
 * that it gets SIGTERM if we die. It runs in `folder` (NULL: in ours). `locks` (-1: none) are
 * descriptors that it inherits. Errors: TPL_ERROR_HOST (there is no such program),
 * TPL_ERROR_RETRIABLE.
 */
TplBatchChild *tpl_batch_child_start (char **argv, const char *folder,
                                      const TplBatchManners *manners, const int locks[2],
                                      const TplBatchListener *listener, gpointer user_data,
                                      GError **error);
void tpl_batch_child_signal (TplBatchChild *child, int signal);
/** Of a child that has ended. */
void tpl_batch_child_free (TplBatchChild *child);
