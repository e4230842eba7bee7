/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "cli/status.h"
#include "cli/text.h"
#include "tpl-shrink.h"

#include <gio/gio.h>
#include <string.h>

/* Parses the words of `line`. */
static CliOptions *
parse (const char *line, GError **error)
{
  g_autofree char *whole = g_strconcat ("tpl-shrink ", line, NULL);
  int argc;
  g_auto (GStrv) argv = NULL;
  g_assert_true (g_shell_parse_argv (whole, &argc, &argv, NULL));
  /* getopt_long () reorders the words: of a copy, so that all are freed. */
  g_autofree char **copy = g_new0 (char *, argc + 1);
  memcpy (copy, argv, sizeof (char *) * (gsize)argc);
  return cli_options_parse (argc, copy, error);
}

static void
test_run (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliOptions) options =
      parse ("--vg=tpl a.img --force -v b.img --size 2G --size=3G", &error);
  g_assert_no_error (error);
  g_assert_cmpint (options->mode, ==, CLI_RUN);
  g_assert_cmpstr (options->source, ==, "a.img");
  g_assert_cmpstr (options->target, ==, "b.img");
  g_assert_true (options->verbose);
  g_assert_false (options->json || options->quiet);
  const char *const wanted[][2] = {{"vg", "tpl"}, {"force", NULL}, {"size", "2G"}, {"size", "3G"}};
  g_assert_cmpuint (options->settings->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    const CliSetting *setting = &g_array_index (options->settings, CliSetting, i);
    g_assert_cmpstr (setting->name, ==, wanted[i][0]);
    g_assert_cmpstr (setting->value, ==, wanted[i][1]);
  }
}

static void
test_modes (void)
{
  static const struct {
    const char *line;
    CliMode mode;
  } cases[] = {
      {"--plan a", CLI_PLAN},           {"a --plan b --json", CLI_PLAN},
      {"--check-host", CLI_CHECK_HOST}, {"-h", CLI_HELP},
      {"--help --plan", CLI_HELP},      {"--version a b c", CLI_VERSION},
      {"-- --plan --json", CLI_RUN}, /* files of odd names */
      {"--rollback web", CLI_ROLLBACK}, {"--delete-source --yes web", CLI_DELETE_SOURCE},
      {"--recover", CLI_RECOVER},
      {"--verify=none a b", CLI_RUN},
      {"--verify r.json a", CLI_VERIFY},
      {"--verify=./full a", CLI_VERIFY},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CliOptions) options = parse (cases[i].line, &error);
    g_assert_no_error (error);
    g_assert_cmpint (options->mode, ==, cases[i].mode);
  }
}

static void
test_wrong_calls (void)
{
  static const struct {
    const char *line;
    const char *part; /* of the message */
  } cases[] = {
      {"", "0 given"},
      {"a", "1 given"},
      {"a b c", "3 given"},
      {"--plan", "--plan needs a SOURCE"},
      {"--check-host a", "takes no SOURCE"},
      {"--nonsense a b", "--nonsense"},
      {"--nonsense=5 a b", "--nonsense=5"},
      {"-x a b", "no option -x"},
      {"a b --size", "--size needs a value (SIZE)"},
      {"--force=yes a b", "--force takes no value"},
      {"--s 5 a b", "short for more than one"},
      {"-qv a b", "contradict"},
      {"--verify=fulll a b", "full, metadata or none"},
      {"--verify r.json", "one TARGET"},
      {"a ''", "TARGET is an empty word"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CliOptions) options = parse (cases[i].line, &error);
    g_test_message ("%s: %s", cases[i].line, error != NULL ? error->message : "accepted");
    g_assert_null (options);
    g_assert_error (error, TPL_ERROR, TPL_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, cases[i].part));
    g_assert_cmpint (cli_status (error, 0), ==, 2);
  }
}

static void
test_status (void)
{
  g_assert_cmpint (cli_status (NULL, 0), ==, 0);
  for (int code = TPL_ERROR_FAILED; code <= TPL_ERROR_HOST; code++) {
    g_autoptr (GError) error = g_error_new_literal (TPL_ERROR, code, "x");
    g_assert_cmpint (cli_status (error, 0), ==, code);
    g_assert_cmpint (cli_status (error, 2), ==, 130);
  }
  /* Cancelled by nobody that we know of, and errors of others. */
  g_autoptr (GError) cancelled = g_error_new_literal (TPL_ERROR, TPL_ERROR_CANCELLED, "x");
  g_assert_cmpint (cli_status (cancelled, 0), ==, 1);
  g_assert_cmpint (cli_status (cancelled, 15), ==, 143);
  g_autoptr (GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "x");
  g_assert_cmpint (cli_status (other, 0), ==, 1);
}

static void
test_help (void)
{
  g_autofree char *help = cli_options_help ();
  g_auto (GStrv) lines = g_strsplit (help, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint (cli_columns (lines[i]), <, 80);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/run", test_run);
  g_test_add_func ("/options/modes", test_modes);
  g_test_add_func ("/options/wrong-calls", test_wrong_calls);
  g_test_add_func ("/options/help", test_help);
  g_test_add_func ("/status", test_status);
  return g_test_run ();
}
