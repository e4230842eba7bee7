/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tpl-survey: what is worth shrinking on this host. Never writes, never asks. */
#include "cli/output.h"
#include "cli/privileges.h"
#include "cli/status.h"
#include "cli/survey-options.h"
#include "cli/survey-report.h"

#include <locale.h>
#include <signal.h>
#include <unistd.h>

static const char program[] = "tpl-survey";

static int
survey (CliSurveyOptions *options, GError **error)
{
  const CliCharset charset = cli_charset_of_locale ();
  g_autoptr (GTimer) timer = g_timer_new ();
  g_autoptr (GPtrArray) disks = tpl_survey ((const char *const *)options->paths, options->connect,
                                            options->all, NULL, error);
  if (disks == NULL)
    return cli_status (*error, 0);
  cli_survey_sort (disks, &options->sort);
  /* Whoever reads a pipe wants all of a reason. */
  const int width = isatty (STDOUT_FILENO) ? cli_output_columns () : 0;
  return cli_output_print (program,
                           options->json
                               ? cli_survey_json (disks, g_timer_elapsed (timer, NULL))
                               : cli_survey_table (disks, options->bytes, charset, width));
}

int
main (int argc, char *argv[])
{
  setlocale (LC_CTYPE, "");
  signal (SIGPIPE, SIG_IGN);
  cli_privileges_drop (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (CliSurveyOptions) options = cli_survey_options_parse (argc, argv, &error);
  if (options == NULL) {
    cli_output_complain (program, error->message);
    fputs ("Try 'tpl-survey --help'.\n", stderr);
    return cli_status (error, 0);
  }
  if (options->version)
    return cli_output_print (program, g_strdup_printf ("%s %s\n", program, tpl_version ()));
  int status = survey (options, &error);
  if (error != NULL)
    cli_output_complain (program, error->message);
  return status;
}
