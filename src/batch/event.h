/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What tpl-shrink --json says, a line at a time. Pure. */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  int status;           /* the exit status */
  char *message;        /* of the error; NULL: none */
  guint64 source_bytes; /* 0: not known */
  guint64 target_bytes;
  double seconds;
} TplBatchResult;

void tpl_batch_result_clear (TplBatchResult *result);

typedef enum {
  TPL_LINE_OTHER,  /* nothing that matters here */
  TPL_LINE_EVENT,  /* `event` is set; its strings are `owner`'s */
  TPL_LINE_RESULT, /* `result` is set */
} TplBatchLine;

/** Reads a line. `owner` (a string chunk) gets the event's strings. */
TplBatchLine tpl_batch_line_read (const char *line, gsize length, GStringChunk *owner,
                                  TplEvent *event, TplBatchResult *result);
