/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tells the user of a batch: as one live screen on a terminal, as plain lines, as JSON, or not at
 * all. Used from one thread. Time comes from the caller alone. */
#pragma once

#include "batch/batch.h"
#include "cli/rate.h"
#include "cli/text.h"

#include <stdio.h>

typedef struct CliBatchView CliBatchView;

typedef struct {
  /** `seconds` since the batch began. */
  void (*event) (CliBatchView *view, const TplBatchEvent *event, double seconds);
  /** The batch is over: nothing is left half drawn. */
  void (*end) (CliBatchView *view, double seconds);
} CliBatchViewKind;

struct CliBatchView {
  const CliBatchViewKind *kind;
  const TplBatch *batch;
  FILE *stream;
  CliCharset charset;
  gboolean verbose;
  /* The terminal's: */
  CliRate *rates; /* a job each */
  int drawn_lines;
  double drawn_seconds;
};

extern const CliBatchViewKind cli_batch_view_terminal, cli_batch_view_plain, cli_batch_view_json,
    cli_batch_view_none;

/** The caller's. `batch` and `stream` are borrowed. */
CliBatchView *cli_batch_view_new (const CliBatchViewKind *kind, const TplBatch *batch, FILE *stream,
                                  CliCharset charset, gboolean verbose);
void cli_batch_view_free (CliBatchView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliBatchView, cli_batch_view_free)

void cli_batch_view_event (CliBatchView *view, const TplBatchEvent *event, double seconds);
void cli_batch_view_end (CliBatchView *view, double seconds);

/** One sentence of what became of it: "12 done, 1 failed, 7 waiting". The caller's. */
char *cli_batch_counts (const TplBatch *batch);

/** How a job ended, in a line without its mark: "3 /images/tpl.img: 5 GiB to 1.3 GiB in 42 s". Safe
 * for a terminal. The caller's. */
char *cli_batch_outcome (const TplBatchWork *work, CliCharset charset);
