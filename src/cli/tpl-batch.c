/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: reads the list, runs the batch, tells of it. Never asks anything. */
#include "adapt/appliance.h"
#include "adapt/process.h"
#include "batch/batch.h"
#include "batch/host.h"
#include "batch/report.h"
#include "batch/select.h"
#include "cli/batch-list.h"
#include "cli/batch-options.h"
#include "cli/batch-summary.h"
#include "cli/batch-view.h"
#include "cli/privileges.h"
#include "cli/status.h"
#include "cli/terminal.h"
#include "error.h"
#include "tpl-shrink.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRACE_SECONDS 120 /* an appliance can take long to end under load */

typedef struct {
  TplBatch *batch;
  CliBatchView *view;
} Show;

static void
complain (const char *message)
{
  g_autofree char *safe = cli_escape_lines (message, cli_charset_of_locale ());
  fprintf (stderr, "tpl-batch: %s\n", safe);
}

static int
print_text (char *text)
{
  fputs (text, stdout);
  g_free (text);
  return fflush (stdout) == 0 ? 0 : TPL_ERROR_FAILED;
}

/* Beside us, as in a build folder, or where programs are; `variable` names another. */
static char *
find_program (const char *name, const char *variable)
{
  const char *named = g_getenv (variable);
  if (named != NULL)
    return g_strdup (named);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  return tpl_process_find (name);
}

static char *
read_list (const char *name, GError **error)
{
  char *text = NULL;
  if (strcmp (name, "-") == 0)
    name = "/dev/stdin";
  if (!g_file_get_contents (name, &text, NULL, error)) {
    tpl_error_adopt (error, TPL_ERROR_USAGE);
    return NULL;
  }
  if (g_utf8_validate (text, -1, NULL))
    return text;
  g_free (text);
  tpl_fail (error, TPL_ERROR_USAGE, "JOBS \"%s\" is not UTF-8 text", name);
  return NULL;
}

static char *
name_of_list (const CliBatchOptions *options, const GPtrArray *jobs)
{
  if (strcmp (options->list, "-") != 0) {
    char *real = realpath (options->list, NULL);
    char *name = g_strdup (real != NULL ? real : options->list);
    free (real);
    return name;
  }
  GString *ids = g_string_new (NULL);
  for (guint i = 0; i < jobs->len; i++) {
    g_autofree char *id = tpl_batch_job_id (jobs->pdata[i]);
    g_string_append (ids, id);
  }
  return g_string_free (ids, FALSE);
}

/* The list and its journal's path. FALSE: an error. `*jobs` stays NULL where the journal has it. */
static gboolean
find_jobs (const CliBatchOptions *options, GPtrArray **jobs, char **journal, GError **error)
{
  *journal = g_strdup (options->journal);
  if (options->list == NULL) {
    if (*journal == NULL)
      *journal = tpl_batch_journal_latest ();
    return (*journal != NULL && g_file_test (*journal, G_FILE_TEST_EXISTS)) ||
           tpl_fail (error, TPL_ERROR_REFUSED, "there is no batch to go on with: name JOBS");
  }
  g_autofree char *text = read_list (options->list, error);
  g_autoptr (GPtrArray) listed = text != NULL ? cli_batch_list_parse (text, error) : NULL;
  if (listed == NULL) {
    g_prefix_error (error, "reading JOBS: ");
    return FALSE;
  }
  if (*journal == NULL) {
    g_autofree char *name = name_of_list (options, listed);
    *journal = tpl_batch_journal_default (name);
  }
  if (options->resume && !g_file_test (*journal, G_FILE_TEST_EXISTS))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "there is nothing to go on with: no batch of this list was begun (\"%s\")",
                     *journal);
  *jobs = tpl_batch_select (listed, error);
  return *jobs != NULL;
}

static void
on_event (const TplBatchEvent *event, gpointer user_data)
{
  const Show *show = user_data;
  double seconds = (double)(g_get_monotonic_time () - show->batch->began_us) / G_USEC_PER_SEC;
  cli_batch_view_event (show->view, event, seconds);
}

static gboolean
stop (const Show *show, int number)
{
  gboolean is_first = show->batch->signal == 0;
  tpl_batch_stop (show->batch, number);
  tpl_batch_tell (show->batch, TPL_BATCH_NOTE, NULL, NULL,
                  is_first ? "stopping: each job cleans up first"
                           : "still cleaning up; another signal does not make it faster");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer data)
{
  return stop (data, SIGINT);
}

static gboolean
on_terminate (gpointer data)
{
  return stop (data, SIGTERM);
}

static gboolean
on_hang_up (gpointer data)
{
  return stop (data, SIGHUP);
}

static void
watch_signals (Show *show)
{
  static const struct {
    int number;
    GSourceFunc handler;
  } signals[] = {{SIGINT, on_interrupt}, {SIGTERM, on_terminate}, {SIGHUP, on_hang_up}};
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++) {
    /* nohup and a shell's "&" have signals ignored on purpose. */
    struct sigaction action;
    if (sigaction (signals[i].number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      g_unix_signal_add (signals[i].number, signals[i].handler, show);
  }
}

static CliBatchView *
view_for (const CliBatchOptions *options, const TplBatch *batch)
{
  gboolean is_terminal = isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  const CliBatchViewKind *kind = options->json    ? &cli_batch_view_json
                                 : options->quiet ? &cli_batch_view_none
                                 : is_terminal    ? &cli_batch_view_terminal
                                                  : &cli_batch_view_plain;
  return cli_batch_view_new (kind, batch, options->json ? stdout : stderr, cli_charset_of_locale (),
                             options->verbose);
}

/* What the journal has settled already. */
static void
tell_history (const TplBatch *batch)
{
  for (guint i = 0; i < batch->works->len; i++) {
    const TplBatchWork *work = batch->works->pdata[i];
    if (work->state == TPL_WORK_REFUSED)
      tpl_batch_tell (batch, TPL_BATCH_END, work, NULL, work->message);
    else if (work->state == TPL_WORK_DONE && work->message != NULL)
      tpl_batch_tell (batch, TPL_BATCH_NOTE, work, NULL, work->message);
  }
}

static gboolean
write_report (const char *path, char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean done = path == NULL || g_file_set_contents (path, text, -1, &error);
  if (!done)
    complain (error->message);
  g_free (text);
  return done;
}

static gboolean
write_reports (const CliBatchOptions *options, const TplBatch *batch, double seconds)
{
  gboolean json = write_report (options->report, tpl_batch_report_json (batch, seconds));
  return write_report (options->junit, tpl_batch_report_junit (batch, seconds)) && json;
}

static int
run (const CliBatchOptions *options, TplBatch *batch)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliBatchView) view = view_for (options, batch);
  Show show = {batch, view};
  tpl_batch_set_observer (batch, on_event, &show);
  watch_signals (&show);
  tell_history (batch);
  gboolean went_through = tpl_batch_run (batch, &error);
  double seconds = (double)(g_get_monotonic_time () - batch->began_us) / G_USEC_PER_SEC;
  cli_batch_view_end (view, seconds);
  int status = went_through ? tpl_batch_status (batch) : cli_status (error, batch->signal);
  if (!went_through)
    complain (error->message);
  if (!write_reports (options, batch, seconds) && status == 0)
    status = TPL_ERROR_FAILED;
  if (!options->json && !options->quiet && print_text (cli_batch_run_text (batch, seconds)) != 0 &&
      status == 0)
    status = TPL_ERROR_FAILED;
  return status;
}

static TplBatch *
batch_for (const CliBatchOptions *options, const TplBatchSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) jobs = NULL;
  g_autofree char *path = NULL;
  if (!find_jobs (options, &jobs, &path, error))
    return NULL;
  TplBatchJournal *journal = options->mode == CLI_BATCH_DRY_RUN
                                 ? tpl_batch_journal_look (path, error)
                                 : tpl_batch_journal_open (path, error);
  return journal != NULL ? tpl_batch_new (settings, g_steal_pointer (&jobs), journal, error) : NULL;
}

static int
plan_or_run (const CliBatchOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = find_program ("tpl-shrink", "TPL_SHRINK");
  g_autofree char *survey = find_program ("tpl-survey", "TPL_SURVEY");
  g_autofree char *slots = tpl_batch_slots_folder ();
  if (program == NULL) {
    complain ("there is no tpl-shrink beside this program or in PATH: install it");
    return TPL_ERROR_HOST;
  }
  TplBatchSettings settings = {
      .program = program,
      .survey = survey,
      .slots_folder = slots,
      .jobs =
          options->jobs > 0 ? options->jobs : tpl_batch_host_jobs (tpl_appliance_memory_bytes ()),
      .heeds_pressure = options->jobs == 0,
      .as_given = options->as_given,
      .again = options->again,
      .retries = options->retries,
      .retry_seconds = options->retry_delay_seconds,
      .grace_seconds = GRACE_SECONDS,
      .manners = {options->nice, options->ionice_class, options->ionice_level},
  };
  g_autoptr (TplBatch) batch = batch_for (options, &settings, &error);
  if (batch == NULL) {
    complain (error->message);
    return cli_status (error, 0);
  }
  if (options->mode == CLI_BATCH_RUN)
    return run (options, batch);
  return print_text (options->json ? tpl_batch_report_json (batch, 0)
                                   : cli_batch_plan_text (batch, cli_charset_of_locale (),
                                                          cli_terminal_columns (stdout)));
}

int
main (int argc, char *argv[])
{
  /* Only what says which characters the terminal can show: numbers and messages stay the same. */
  setlocale (LC_CTYPE, "");
  signal (SIGPIPE, SIG_IGN);
  cli_privileges_drop (TRUE);

  g_autoptr (GError) error = NULL;
  g_autoptr (CliBatchOptions) options = cli_batch_options_parse (argc, argv, &error);
  if (options == NULL) {
    complain (error->message);
    fputs ("Try 'tpl-batch --help'.\n", stderr);
    return cli_status (error, 0);
  }
  if (options->mode == CLI_BATCH_HELP)
    return print_text (cli_batch_options_help ());
  if (options->mode == CLI_BATCH_VERSION)
    return print_text (g_strdup_printf ("tpl-batch %s\n", tpl_version ()));
  return plan_or_run (options);
}
