/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

CliProgress *
cli_progress_new (const CliProgressKind *kind, const CliProgressSettings *settings)
{
  CliProgress *progress = g_malloc0 (kind->size);
  progress->kind = kind;
  progress->settings = *settings;
  return progress;
}

void
cli_progress_free (CliProgress *progress)
{
  g_free (progress);
}

void
cli_progress_event (CliProgress *progress, const TplEvent *event)
{
  if (event->kind != TPL_EVENT_DEBUG || progress->settings.verbose)
    progress->kind->event (progress, event);
}

void
cli_progress_tick (CliProgress *progress, double elapsed_seconds)
{
  if (progress->kind->tick != NULL)
    progress->kind->tick (progress, elapsed_seconds);
}

void
cli_progress_end (CliProgress *progress, const CliResult *result)
{
  progress->kind->end (progress, result);
}

static void
none_event (CliProgress *progress, const TplEvent *event)
{
  (void)progress;
  (void)event;
}

static void
none_end (CliProgress *progress, const CliResult *result)
{
  (void)progress;
  (void)result;
}

const CliProgressKind cli_progress_none = {
    .size = sizeof (CliProgress),
    .event = none_event,
    .end = none_end,
};
