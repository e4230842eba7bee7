/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways to show progress, with time made up: a stream in memory is what they write to. */
#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  CliProgress *progress;
  FILE *stream;
  char *text;
  size_t length;
} Show;

static void
show_open (Show *show, const CliProgressKind *kind, CliCharset charset, gboolean verbose)
{
  *show = (Show){.stream = open_memstream (&show->text, &show->length)};
  CliProgressSettings settings = {show->stream, charset, verbose};
  show->progress = cli_progress_new (kind, &settings);
}

/* What was written; free () it. */
static char *
show_close (Show *show, const CliResult *result)
{
  cli_progress_end (show->progress, result);
  cli_progress_free (show->progress);
  fclose (show->stream);
  return show->text;
}

static void
tell (Show *show, TplEventKind kind, const char *stage, const char *message, double seconds)
{
  TplEvent event = {.kind = kind, .stage = stage, .message = message, .elapsed_seconds = seconds};
  cli_progress_event (show->progress, &event);
}

static void
tell_bytes (Show *show, guint64 done, guint64 total, double seconds)
{
  TplEvent event = {.kind = TPL_EVENT_PROGRESS,
                    .stage = "copy",
                    .done_bytes = done,
                    .total_bytes = total,
                    .elapsed_seconds = seconds};
  cli_progress_event (show->progress, &event);
}

static const CliResult good = {.source = "a.img", .target = "b.img", .seconds = 40.5};

static void
test_plain (void)
{
  Show show;
  show_open (&show, &cli_progress_plain, CLI_UTF8, FALSE);
  tell (&show, TPL_EVENT_STAGE, "inspect", "Reading a\033.img", 0);
  tell (&show, TPL_EVENT_DEBUG, "inspect", "not asked for", 0.1);
  tell (&show, TPL_EVENT_NOTE, "inspect", "an old log", 0.2);
  tell (&show, TPL_EVENT_PLAN, "plan", "", 0.3);
  tell (&show, TPL_EVENT_STAGE, "copy", "Copying", 1);
  for (int i = 0; i <= 250; i++)
    tell_bytes (&show, (guint64)i << 20, 250 << 20, 1 + i * 0.1);
  tell (&show, TPL_EVENT_WARNING, "copy", "odd", 26);
  char *text = show_close (&show, &good);
  g_assert_cmpstr (text, ==,
                   "inspect: Reading a\\x1b.img\n"
                   "inspect: note: an old log\n"
                   "copy: Copying\n"
                   "copy: 100 MiB of 250 MiB, 40%, 10 MiB/s, 15 s left\n"
                   "copy: 200 MiB of 250 MiB, 80%, 10 MiB/s, 5 s left\n"
                   "copy: warning: odd\n");
  free (text);
}

static void
test_json (void)
{
  Show show;
  show_open (&show, &cli_progress_json, CLI_ASCII, FALSE);
  tell (&show, TPL_EVENT_STAGE, "copy", "\"tpl\"\n\\ \377 caf\303\251", 0.5);
  tell_bytes (&show, 1, G_MAXUINT64, 1.25);
  tell (&show, (TplEventKind)99, "copy", NULL, 2);
  CliResult bad = {
      .status = 3, .message = "no", .source = "a.img", .source_bytes = 7, .seconds = 2};
  char *text = show_close (&show, &bad);
  g_assert_cmpstr (
      text, ==,
      "{\"kind\":\"stage\",\"stage\":\"copy\",\"message\":\"\\\"tpl\\\"\\u000a\\\\ \357\277\275 "
      "caf\303\251\",\"elapsed_seconds\":0.500}\n"
      "{\"kind\":\"progress\",\"stage\":\"copy\",\"done_bytes\":1,\"total_bytes\":"
      "18446744073709551615,\"elapsed_seconds\":1.250}\n"
      "{\"kind\":\"other\",\"stage\":\"copy\",\"message\":null,\"elapsed_seconds\":2.000}\n"
      "{\"kind\":\"result\",\"status\":3,\"message\":\"no\",\"source\":\"a.img\",\"target\":null,"
      "\"source_bytes\":7,\"target_bytes\":0,\"elapsed_seconds\":2.000}\n");
  free (text);
}

static guint
count (const char *text, const char *part)
{
  guint found = 0;
  for (const char *p = text; (p = strstr (p, part)) != NULL; p += strlen (part))
    found++;
  return found;
}

/* A stream in memory has no width: 80 columns are taken, and 79 used. */
static void
test_terminal (void)
{
  Show show;
  show_open (&show, &cli_progress_terminal, CLI_ASCII, FALSE);
  tell (&show, TPL_EVENT_STAGE, "copy", "Copying \033[2J files", 0);
  for (int i = 0; i <= 1000; i++) /* 10 s, 100 events a second */
    tell_bytes (&show, (guint64)i << 20, 1000 << 20, i * 0.01);
  cli_progress_tick (show.progress, 10.01);
  tell (&show, TPL_EVENT_WARNING, "copy",
        "the root of all is a directory that has a name which is long "
        "enough to need two lines of the terminal",
        10.5);
  tell (&show, TPL_EVENT_STAGE, "verify", "Comparing", 11);
  char *text = show_close (&show, &good);

  g_assert_cmpuint (count (text, "\r> copy"), <=, 105); /* at most ten times a second */
  g_assert_cmpuint (count (text, "\r> copy"), >=, 80);
  g_assert_nonnull (strstr (text, "] "));
  g_assert_nonnull (strstr (text, "50%"));
  g_assert_nonnull (strstr (text, "100 MiB/s  5 s left"));
  g_assert_nonnull (strstr (text, "* copy     Copying \\x1b[2J files"));
  g_assert_nonnull (strstr (text, "1000 MiB         11 s\n"));
  g_assert_nonnull (strstr (text, "* verify   Comparing"));
  g_assert_nonnull (strstr (text, "30 s\n"));
  g_assert_true (g_str_has_suffix (text, "\n"));
  g_assert_null (strstr (text, "\033["
                               "2J"));
  g_assert_null (strstr (text, "\033[?")); /* no mode is changed */
  free (text);
}

/* Totals that are wrong, unknown or change. */
static void
test_terminal_odd (void)
{
  Show show;
  show_open (&show, &cli_progress_terminal, CLI_UTF8, TRUE);
  tell_bytes (&show, 1, 2, 0); /* before any stage */
  tell (&show, TPL_EVENT_DEBUG, "resolve", "early", 0);
  tell (&show, TPL_EVENT_STAGE, "copy", "", 1);
  tell_bytes (&show, 200, 100, 2);
  tell_bytes (&show, G_MAXUINT64, G_MAXUINT64, 3);
  tell_bytes (&show, 5, 0, 4);
  tell_bytes (&show, 5, 100, 1); /* time runs backwards */
  cli_progress_tick (show.progress, 5);
  CliResult bad = {.status = 6, .seconds = 6};
  char *text = show_close (&show, &bad);
  g_assert_nonnull (strstr (text, "  resolve: early\n"));
  g_assert_nonnull (strstr (text, "100%"));
  g_assert_nonnull (strstr (text, "✗ copy"));
  g_assert_null (strstr (text, "200%"));
  free (text);
}

static void
test_none (void)
{
  Show show;
  show_open (&show, &cli_progress_none, CLI_UTF8, TRUE);
  tell (&show, TPL_EVENT_STAGE, "copy", "Copying", 1);
  tell (&show, TPL_EVENT_WARNING, "copy", "odd", 1);
  cli_progress_tick (show.progress, 2);
  char *text = show_close (&show, &good);
  g_assert_cmpstr (text, ==, "");
  free (text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/plain", test_plain);
  g_test_add_func ("/progress/json", test_json);
  g_test_add_func ("/progress/terminal", test_terminal);
  g_test_add_func ("/progress/terminal-odd", test_terminal_odd);
  g_test_add_func ("/progress/none", test_none);
  return g_test_run ();
}
