/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How fast something goes, over about the last ten seconds. */
#pragma once

#include <glib.h>

#define CLI_RATE_SAMPLES 20
/** Samples that come sooner after the last one replace it. */
#define CLI_RATE_STEP_SECONDS 0.5

/** All zero at first. */
typedef struct {
  struct {
    double seconds;
    guint64 bytes;
  } samples[CLI_RATE_SAMPLES]; /* oldest first */
  guint count;
} CliRate;

/** `bytes` in all were done at `seconds`. */
void cli_rate_add (CliRate *rate, double seconds, guint64 bytes);

/** Bytes a second; 0 while it can't be told yet. */
double cli_rate_get (const CliRate *rate);

/** "85 MiB/s", or NULL while it can't be told or nothing moves. The caller's. */
char *cli_rate_text (const CliRate *rate);

/** Seconds until `left_bytes` more are done, or -1 if that can't be told. */
double cli_rate_left (const CliRate *rate, guint64 left_bytes);
