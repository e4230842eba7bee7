/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Tells the user of a job's events. There are four ways (a const struct each): for a terminal, as
 * plain lines, as JSON, and not at all. Used from one thread. Time comes from the caller alone, so
 * that tests need no clock.
 */
#pragma once

#include "cli/text.h"
#include "tpl-shrink.h"

#include <stdio.h>

typedef struct {
  FILE *stream; /* where to write; stays the caller's */
  CliCharset charset;
  gboolean verbose; /* DEBUG events too */
} CliProgressSettings;

/** What the end of a run says, for programs. */
typedef struct {
  int status;          /* the program's exit status */
  const char *message; /* of the error; NULL: none */
  const char *source;
  const char *target;   /* NULL: a plan alone */
  guint64 source_bytes; /* 0: not known */
  guint64 target_bytes; /* 0: not known */
  double seconds;
} CliResult;

typedef struct CliProgress CliProgress;

typedef struct {
  size_t size; /* of the way's own struct, which begins with a CliProgress */
  void (*event) (CliProgress *progress, const TplEvent *event);
  /** Time has passed; NULL: the way does not care. */
  void (*tick) (CliProgress *progress, double elapsed_seconds);
  void (*end) (CliProgress *progress, const CliResult *result);
} CliProgressKind;

struct CliProgress {
  const CliProgressKind *kind;
  CliProgressSettings settings;
};

extern const CliProgressKind cli_progress_terminal, cli_progress_plain, cli_progress_json,
    cli_progress_none;

/** The caller's; cli_progress_free (). */
CliProgress *cli_progress_new (const CliProgressKind *kind, const CliProgressSettings *settings);
void cli_progress_free (CliProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

void cli_progress_event (CliProgress *progress, const TplEvent *event);
void cli_progress_tick (CliProgress *progress, double elapsed_seconds);
/** The run is over: nothing is left half drawn. Called once. */
void cli_progress_end (CliProgress *progress, const CliResult *result);
