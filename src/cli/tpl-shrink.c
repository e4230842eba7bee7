/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: a thin user of libtplshrink. Never asks anything. */
#include "tpl-shrink.h"
#include "cli/host-report.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/passphrase.h"
#include "cli/privileges.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/status.h"
#include "cli/summary.h"
#include "plan/plan.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "tpl-shrink";

static int
check_host (const CliOptions *options)
{
  g_autofree char *remedy = NULL;
  g_autoptr (GArray) items = tpl_host_check (&remedy);
  gboolean is_ready = cli_host_is_ready (items);
  int status = 0;
  if (options->json || !options->quiet || !is_ready)
    status = cli_output_print (program, options->json ? cli_host_report_json (items, remedy)
                                       : cli_host_report (items, remedy, cli_charset_of_locale (),
                                                          cli_output_columns ()));
  return is_ready ? status : TPL_ERROR_HOST;
}

static CliProgress *
progress_for (const CliOptions *options)
{
  /* With --plan standard output is the plan's. */
  gboolean is_json = options->json && options->mode != CLI_PLAN;
  CliProgressSettings settings = {.stream = is_json ? stdout : stderr,
                                  .charset = cli_charset_of_locale (),
                                  .verbose = options->verbose};
  const char *terminal = g_getenv ("TERM");
  gboolean is_terminal = isatty (STDERR_FILENO) && g_strcmp0 (terminal, "dumb") != 0;
  return cli_progress_new (is_json          ? &cli_progress_json
                           : options->quiet ? &cli_progress_none
                           : is_terminal    ? &cli_progress_terminal
                                            : &cli_progress_plain,
                           &settings);
}

static TplJob *
job_for (const CliOptions *options, GError **error)
{
  g_autoptr (TplJob) job = tpl_job_new (options->source, options->target);
  for (guint i = 0; i < options->settings->len; i++) {
    const CliSetting *setting = &g_array_index (options->settings, CliSetting, i);
    g_autofree char *asked = NULL;
    if (strcmp (setting->name, "key") == 0 && cli_passphrase_is_asked (setting->value)
        && !(asked = cli_passphrase_ask (setting->value, error)))
      return NULL;
    if (!tpl_job_set (job, setting->name, asked ? asked : setting->value, error))
      return NULL;
  }
  return g_steal_pointer (&job);
}

static void
print_plan (const CliOptions *options, const TplPlan *plan)
{
  g_autofree char *text =
      options->json
          ? tpl_plan_to_json (plan)
          : cli_plan_text (plan, options->target, cli_charset_of_locale (), cli_output_columns ());
  fputs (text, stdout);
}

/* The table after a run. */
static void
print_summary (const CliOptions *options, const TplPlan *plan, double seconds)
{
  if (options->json || options->quiet || plan == NULL)
    return;
  const char *verify = "full";
  for (guint i = 0; i < options->settings->len; i++) {
    const CliSetting *setting = &g_array_index (options->settings, CliSetting, i);
    if (strcmp (setting->name, "verify") == 0)
      verify = setting->value;
  }
  g_autofree char *text =
      cli_run_text (plan, options->target, verify, seconds, cli_charset_of_locale (),
                    cli_output_columns ());
  fputs (text, stdout);
}

static int
run (const CliOptions *options, CliRunWhat what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplJob) job = job_for (options, &error);
  if (job == NULL) {
    cli_output_complain (program, error->message);
    return cli_status (error, 0);
  }
  g_autoptr (CliProgress) progress = progress_for (options);
  gboolean is_plan = options->mode == CLI_PLAN;
  CliRunOutcome outcome = cli_run (job, what, progress);
  error = outcome.error;

  int status = outcome.success ? 0 : cli_status (error, outcome.signal);
  const TplPlan *plan = tpl_job_get_plan (job);
  CliResult result = {.status = status,
                      .message = error != NULL ? error->message : NULL,
                      .source = options->source,
                      .target = options->target,
                      .source_bytes = plan != NULL ? plan->before->layout->size_bytes : 0,
                      .target_bytes = plan != NULL ? plan->after->size_bytes : 0,
                      .seconds = outcome.seconds};
  cli_progress_end (progress, &result);
  if (!outcome.success) {
    cli_output_complain (program, error->message);
    return status;
  }
  if (is_plan) {
    print_plan (options, plan);
    return cli_output_finish (program, 0);
  }
  /* The target is there, whether or not somebody could be told. */
  print_summary (options, plan, outcome.seconds);
  cli_output_finish (program, 0);
  return 0;
}

int
main (int argc, char *argv[])
{
  /* Only what says which characters the terminal can show: numbers and messages stay the same. */
  setlocale (LC_CTYPE, "");
  signal (SIGPIPE, SIG_IGN);
  cli_privileges_drop (TRUE);

  g_autoptr (GError) error = NULL;
  g_autoptr (CliOptions) options = cli_options_parse (argc, argv, &error);
  if (options == NULL) {
    cli_output_complain (program, error->message);
    fputs ("Try 'tpl-shrink --help'.\n", stderr);
    return cli_status (error, 0);
  }
  switch (options->mode) {
  case CLI_HELP:
    return cli_output_print (program, cli_options_help ());
  case CLI_VERSION:
    return cli_output_print (program, g_strdup_printf ("tpl-shrink %s\n", tpl_version ()));
  case CLI_CHECK_HOST:
    return check_host (options);
  case CLI_RUN:
    return run (options, tpl_job_run);
  case CLI_PLAN:
    return run (options, tpl_job_plan);
  case CLI_VERIFY:
    return run (options, tpl_job_verify);
  case CLI_RECOVER:
    return run (options, tpl_job_recover);
  case CLI_ROLLBACK:
    return run (options, tpl_job_rollback);
  case CLI_DELETE_SOURCE:
    return run (options, tpl_job_delete_source);
  }
  return TPL_ERROR_FAILED;
}
