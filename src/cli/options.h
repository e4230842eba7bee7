/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The command line. */
#pragma once

#include <glib.h>

typedef enum {
  CLI_RUN,
  CLI_PLAN,
  CLI_CHECK_HOST,
  CLI_RECOVER,
  CLI_VERIFY,
  CLI_ROLLBACK,
  CLI_DELETE_SOURCE,
  CLI_HELP,
  CLI_VERSION,
} CliMode;

/** An option of the library as it was given: tpl_job_set (job, name, value). */
typedef struct {
  const char *name; /* static */
  char *value;      /* NULL for a flag */
} CliSetting;

typedef struct {
  CliMode mode;
  gboolean json;
  gboolean quiet;
  gboolean verbose;
  char *source;     /* or DOMAIN; NULL where the mode takes none */
  char *target;     /* NULL where the mode takes none */
  GArray *settings; /* CliSetting, in the order of the command line */
} CliOptions;

/** Parses argv. The result is the caller's. Errors: TPL_ERROR_USAGE. */
CliOptions *cli_options_parse (int argc, char *const argv[], GError **error);
void cli_options_free (CliOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliOptions, cli_options_free)

/** What --help prints. The caller's. */
char *cli_options_help (void);
