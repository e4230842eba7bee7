/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch-options.h"

#include "cli/option-table.h"
#include "tpl-shrink.h"

#include <linux/ioprio.h>
#include <string.h>

enum {
  KIND_MODE,   /* `number` is the CliBatchMode */
  KIND_FLAG,   /* `number` is the offset of a gboolean in CliBatchOptions */
  KIND_TEXT,   /* ... of a char * */
  KIND_NUMBER, /* ... of a guint */
  KIND_NICE,
  KIND_IONICE,
  KIND_ORDER,
};

#define AT(member) offsetof (CliBatchOptions, member)

static const CliOption options[] = {
    {"dry-run", 'n', NULL, KIND_MODE, CLI_BATCH_DRY_RUN,
     "show what would be done, with sizes and totals; write nothing"},
    {"resume", 0, NULL, KIND_FLAG, AT (resume),
     "go on with the batch of the journal; JOBS can be left out"},
    {"again", 0, NULL, KIND_FLAG, AT (again), "do the jobs that are done, too"},
    {"jobs", 'j', "N", KIND_NUMBER, AT (jobs),
     "how many run at once (default: by processors and memory)"},
    {"order", 0, "ORDER", KIND_ORDER, 0,
     "gain: largest gain first; given: as in JOBS (default: gain)"},
    {"retries", 0, "N", KIND_NUMBER, AT (retries),
     "of a job that can be tried again (status 5; default: 3)"},
    {"retry-delay", 0, "SECONDS", KIND_NUMBER, AT (retry_delay_seconds),
     "before the first retry; doubles with each (default: 10)"},
    {"nice", 0, "N", KIND_NICE, 0, "run with this niceness, 0 to 19"},
    {"ionice", 0, "CLASS", KIND_IONICE, 0,
     "idle, best-effort, or best-effort:LEVEL (0 to 7): the jobs' I/O priority"},
    {"journal", 0, "FILE", KIND_TEXT, AT (journal),
     "what is done (default: in the folder of state, after JOBS)"},
    {"report", 0, "FILE", KIND_TEXT, AT (report), "write a report as JSON"},
    {"junit", 0, "FILE", KIND_TEXT, AT (junit), "write a report as JUnit XML"},
    {"json", 0, NULL, KIND_FLAG, AT (json), "one JSON object a line on standard output"},
    {"quiet", 'q', NULL, KIND_FLAG, AT (quiet), "errors only"},
    {"verbose", 'v', NULL, KIND_FLAG, AT (verbose), "all that the jobs say as well"},
    {"version", 0, NULL, KIND_MODE, CLI_BATCH_VERSION, "print the version"},
    {"help", 'h', NULL, KIND_MODE, CLI_BATCH_HELP, "print this text"},
};

char *
cli_batch_options_help (void)
{
  GString *help = g_string_new (
      "Usage: tpl-batch [OPTION...] JOBS\n"
      "       tpl-batch --resume [OPTION...] [JOBS]\n"
      "\n"
      "Runs tpl-shrink for each of many disks, several at once. JOBS is a file, or - for\n"
      "standard input: on each line SOURCE TARGET [OPTION...] as for tpl-shrink, or a\n"
      "list in JSON or YAML. dom:PATTERN as SOURCE is every stopped domain that matches.\n"
      "What is done is not done again.\n"
      "\n");
  cli_option_table_help (options, G_N_ELEMENTS (options), help);
  g_string_append (
      help, "\nExit status: 0 all done, 1 some failed, 2 wrong call, 3 some refused and none\n"
            "failed, 5 try again, 7 all done but for disks with nothing to gain, 8 host lacks\n"
            "a program, 128+N stopped by signal N. More: man tpl-batch.\n");
  return g_string_free (help, FALSE);
}

void
cli_batch_options_free (CliBatchOptions *parsed)
{
  g_free (parsed->journal);
  g_free (parsed->report);
  g_free (parsed->junit);
  g_free (parsed->list);
  g_free (parsed);
}

static gboolean
wrong (const CliOption *option, const char *value, const char *wanted, GError **error)
{
  g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "--%s: \"%s\" is not %s", option->name, value,
               wanted);
  return FALSE;
}

static gboolean
take_number (const CliOption *option, const char *value, guint least, guint most, guint *number,
             GError **error)
{
  guint64 read;
  if (!g_ascii_string_to_unsigned (value, 10, least, most, &read, NULL)) {
    g_autofree char *wanted = g_strdup_printf ("a number from %u to %u", least, most);
    return wrong (option, value, wanted, error);
  }
  *number = (guint)read;
  return TRUE;
}

static gboolean
take_ionice (CliBatchOptions *parsed, const CliOption *option, const char *value, GError **error)
{
  static const char with_level[] = "best-effort:";
  guint level = 4; /* the kernel's default */
  if (strcmp (value, "idle") == 0) {
    parsed->ionice_class = IOPRIO_CLASS_IDLE;
    return TRUE;
  }
  if (g_str_has_prefix (value, with_level)) {
    if (!take_number (option, value + strlen (with_level), 0, 7, &level, error))
      return FALSE;
  } else if (strcmp (value, "best-effort") != 0)
    return wrong (option, value, "idle, best-effort or best-effort:LEVEL", error);
  parsed->ionice_class = IOPRIO_CLASS_BE;
  parsed->ionice_level = (int)level;
  return TRUE;
}

static gboolean
take_order (CliBatchOptions *parsed, const CliOption *option, const char *value, GError **error)
{
  parsed->as_given = strcmp (value, "given") == 0;
  return parsed->as_given || strcmp (value, "gain") == 0 ||
         wrong (option, value, "gain or given", error);
}

static gboolean
take (const CliOption *option, const char *value, gpointer user_data, GError **error)
{
  CliBatchOptions *parsed = user_data;
  guint nice = 0;
  switch (option->kind) {
  case KIND_MODE:
    if (parsed->mode != CLI_BATCH_HELP && parsed->mode != CLI_BATCH_VERSION)
      parsed->mode = (CliBatchMode)option->number;
    return TRUE;
  case KIND_FLAG:
    G_STRUCT_MEMBER (gboolean, parsed, option->number) = TRUE;
    return TRUE;
  case KIND_TEXT: {
    char **slot = &G_STRUCT_MEMBER (char *, parsed, option->number);
    g_free (*slot);
    *slot = g_strdup (value);
    return value[0] != '\0' || wrong (option, value, "the name of a file", error);
  }
  case KIND_NUMBER: {
    guint *slot = &G_STRUCT_MEMBER (guint, parsed, option->number);
    return take_number (option, value, slot == &parsed->jobs ? 1 : 0, 9999, slot, error);
  }
  case KIND_NICE:
    if (!take_number (option, value, 0, 19, &nice, error))
      return FALSE;
    parsed->nice = (int)nice;
    return TRUE;
  case KIND_IONICE:
    return take_ionice (parsed, option, value, error);
  default:
    return take_order (parsed, option, value, error);
  }
}

static gboolean
check (CliBatchOptions *parsed, int count, char *const arguments[], GError **error)
{
  const char *wrong_call = NULL;
  if (count == 1 && arguments[0][0] != '\0')
    parsed->list = g_strdup (arguments[0]);
  if (parsed->mode == CLI_BATCH_HELP || parsed->mode == CLI_BATCH_VERSION)
    return TRUE;
  if (count > 1)
    wrong_call = "one list of JOBS is taken at a time";
  else if (parsed->list == NULL && !parsed->resume)
    wrong_call = "JOBS is needed: a file, or - for standard input";
  else if (parsed->resume && parsed->again)
    wrong_call = "--resume and --again contradict each other";
  else if (parsed->quiet && parsed->verbose)
    wrong_call = "--quiet and --verbose contradict each other";
  if (wrong_call != NULL)
    g_set_error_literal (error, TPL_ERROR, TPL_ERROR_USAGE, wrong_call);
  return wrong_call == NULL;
}

CliBatchOptions *
cli_batch_options_parse (int argc, char *const argv[], GError **error)
{
  g_autoptr (CliBatchOptions) parsed = g_new0 (CliBatchOptions, 1);
  int first = argc;
  parsed->retries = 3;
  parsed->retry_delay_seconds = 10;
  if (!cli_option_table_parse (options, G_N_ELEMENTS (options), argc, argv, take, parsed, &first,
                               error) ||
      !check (parsed, argc - first, argv + first, error))
    return NULL;
  return g_steal_pointer (&parsed);
}
