/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs of the host: what they say, how they fail, and that waiting for them ends. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "adapt/process.h"

#define THREADS       4
#define RUNS          150
#define CHATTER_BYTES 300000

static void
test_output (void)
{
  const char *argv[] = { "sh", "-c", "echo $LC_ALL; cat; echo unseen >&2", NULL };
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (tpl_process_run (argv, &said, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (said, ==, "C\n");
}

/* More than a pipe holds, on both streams. */
static void
test_chatter (void)
{
  const char *argv[] = { "sh", "-c", "head -c 300000 /dev/zero | tr '\\0' e >&2;"
                                     "head -c 300000 /dev/zero | tr '\\0' o", NULL };
  g_autofree char *said = NULL;
  g_assert_true (tpl_process_run (argv, &said, NULL, NULL));
  g_assert_cmpuint (strlen (said), ==, CHATTER_BYTES);
  g_assert_cmpuint (strspn (said, "o"), ==, CHATTER_BYTES);
}

static void
test_failures (void)
{
  const char *sad[] = { "sh", "-c", "echo unseen; echo '  why  ' >&2; exit 3", NULL };
  const char *dead[] = { "sh", "-c", "kill -KILL $$", NULL };
  const char *missing[] = { "no-such-program", NULL };
  g_autofree char *said = NULL;
  g_autoptr (GError) failed = NULL, killed = NULL, absent = NULL;
  g_assert_false (tpl_process_run (sad, &said, NULL, &failed));
  g_assert_error (failed, TPL_ERROR, TPL_ERROR_FAILED);
  g_assert_cmpstr (failed->message, ==, "sh failed: why");
  g_assert_null (said);
  g_assert_false (tpl_process_run (dead, NULL, NULL, &killed));
  g_assert_error (killed, TPL_ERROR, TPL_ERROR_FAILED);
  g_assert_false (tpl_process_run (missing, NULL, NULL, &absent));
  g_assert_error (absent, TPL_ERROR, TPL_ERROR_HOST);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 10);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (void)
{
  const char *argv[] = { "sleep", "60", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 began_us = g_get_monotonic_time ();
  g_assert_false (tpl_process_run (argv, NULL, cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, TPL_ERROR, TPL_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

static gpointer
run_often (gpointer cancellable)
{
  const char *argv[] = { "echo", "hello", NULL };
  for (size_t i = 0; i < RUNS; i++) {
    g_autofree char *said = NULL;
    g_assert_true (tpl_process_run (argv, &said, cancellable, NULL));
    g_assert_cmpstr (said, ==, "hello\n");
  }
  return NULL;
}

/* Waiting for one must not meet the waiting for another. */
static void
test_threads (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *threads[THREADS];
  for (size_t i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("runs", run_often, cancellable);
  for (size_t i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/output", test_output);
  g_test_add_func ("/process/chatter", test_chatter);
  g_test_add_func ("/process/failures", test_failures);
  g_test_add_func ("/process/cancelled", test_cancelled);
  g_test_add_func ("/process/threads", test_threads);
  return g_test_run ();
}
