/* SPDX-License-Identifier: GPL-3.0-or-later */
/** tpl-batch's command line. */
#pragma once

#include <glib.h>

typedef enum { CLI_BATCH_RUN, CLI_BATCH_DRY_RUN, CLI_BATCH_HELP, CLI_BATCH_VERSION } CliBatchMode;

typedef struct {
  CliBatchMode mode;
  gboolean resume;
  gboolean again;
  gboolean as_given;
  guint jobs; /* 0: chosen */
  guint retries;
  guint retry_delay_seconds;
  int nice;
  int ionice_class; /* 0: none said */
  int ionice_level;
  char *journal; /* NULL: the default, as the following */
  char *report;
  char *junit;
  gboolean json;
  gboolean quiet;
  gboolean verbose;
  char *list; /* JOBS; NULL: the journal's */
} CliBatchOptions;

/** Parses argv. The result is the caller's. Errors: TPL_ERROR_USAGE. */
CliBatchOptions *cli_batch_options_parse (int argc, char *const argv[], GError **error);
void cli_batch_options_free (CliBatchOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliBatchOptions, cli_batch_options_free)

/** What --help prints. The caller's. */
char *cli_batch_options_help (void);
