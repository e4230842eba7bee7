/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watchdog ends a silent child, and none that works, speaks or is not watched any more. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapt/process.h"
#include "adapt/watchdog.h"

#define LIMIT_SECONDS 1.0
#define LONG_US       (3 * G_USEC_PER_SEC)

static GPid
start (const char *script)
{
  char *argv[] = { (char *)(guintptr) "sh", (char *)(guintptr) "-c", (char *)(guintptr)script, NULL };
  GPid pid = 0;
  g_assert_true (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                NULL, NULL, &pid, NULL));
  return pid;
}

static gboolean
has_ended (GPid pid)
{
  return waitpid (pid, NULL, WNOHANG) == pid;
}

static void
test_silent (void)
{
  GPid pid = start ("exec sleep 60");
  g_autoptr (TplWatchdog) watchdog = tpl_watchdog_new (LIMIT_SECONDS);
  int status = 0;
  g_assert_false (tpl_watchdog_has_bitten (watchdog));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_assert_true (tpl_watchdog_has_bitten (watchdog));
}

static void
lives_on (const char *script, double limit_seconds)
{
  GPid pid = start (script);
  g_autoptr (TplWatchdog) watchdog = tpl_watchdog_new (limit_seconds);
  g_usleep (LONG_US);
  g_assert_false (has_ended (pid));
  g_assert_false (tpl_watchdog_has_bitten (watchdog));
  tpl_process_reap (pid, TRUE);
}

static void
test_busy (void)
{
  lives_on ("while :; do :; done", LIMIT_SECONDS);
}

/* A kernel that runs in a circle: it takes processor time, for ever, and does nothing with it. */
static void
test_loop (void)
{
  GPid pid = start ("while :; do :; done");
  g_autoptr (TplWatchdog) watchdog = tpl_watchdog_new (LIMIT_SECONDS / 4);
  int status = 0;
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (tpl_watchdog_has_bitten (watchdog));
}

/* Little processor time, but bytes: what a fast disk looks like. */
static void
test_reading (void)
{
  lives_on ("exec dd if=/dev/zero of=/dev/null bs=1M", LIMIT_SECONDS);
}

static void
test_no_limit (void)
{
  lives_on ("exec sleep 60", 0);
}

static void
test_spoken (void)
{
  GPid pid = start ("exec sleep 60");
  g_autoptr (TplWatchdog) watchdog = tpl_watchdog_new (LIMIT_SECONDS);
  for (int i = 0; i < 30; i++) {
    tpl_watchdog_alive (watchdog);
    g_usleep (LONG_US / 30);
  }
  g_assert_false (has_ended (pid));
  tpl_process_reap (pid, TRUE);
}

static void
test_freed (void)
{
  GPid pid = start ("exec sleep 60");
  tpl_watchdog_free (tpl_watchdog_new (LIMIT_SECONDS));
  g_usleep (LONG_US / 2);
  g_assert_false (has_ended (pid));
  tpl_process_reap (pid, TRUE);
}

static void
test_end_children (void)
{
  GPid pid = start ("exec sleep 60");
  g_autoptr (TplWatchdog) watchdog = tpl_watchdog_new (0);
  tpl_watchdog_end_children (watchdog);
  g_assert_false (tpl_process_reap (pid, FALSE));
  g_assert_false (tpl_watchdog_has_bitten (watchdog));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watchdog/silent", test_silent);
  g_test_add_func ("/watchdog/busy", test_busy);
  g_test_add_func ("/watchdog/loop", test_loop);
  g_test_add_func ("/watchdog/reading", test_reading);
  g_test_add_func ("/watchdog/no-limit", test_no_limit);
  g_test_add_func ("/watchdog/spoken", test_spoken);
  g_test_add_func ("/watchdog/freed", test_freed);
  g_test_add_func ("/watchdog/end-children", test_end_children);
  return g_test_run ();
}
