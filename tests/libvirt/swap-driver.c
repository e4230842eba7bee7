/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * All that a run does with libvirt, without the copy: for tests that kill it at each step.
 *
 * usage: swap-driver swap|rename|replace|define|hold URI SOURCE TARGET STEP WHOM
 *
 * TARGET's volume is made and gets a text instead of a guest. Then it takes SOURCE's place in its
 * domain; to rename, also its name; or, to replace, the name of an old TARGET; or a domain "try" is
 * defined for it. To hold, the domains that have SOURCE or TARGET are guarded, "held" is printed,
 * and standard input is waited for to end.
 *
 * At the STEP-th side of a journal's record (each has two: before it is written, and after), the
 * process WHOM is killed: a number, or "self"; with the step 0 nobody is. Prints the step at which
 * it ended.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "libvirt/session.h"

#define SIZE_BYTES (4 << 20)

static int steps;
static int deadly_step;
static pid_t victim;

static void
on_record (const char *kind, gboolean is_written)
{
  steps++;
  if (steps != deadly_step)
    return;
  fprintf (stderr, "killing %d %s \"%s\"\n", (int)victim, is_written ? "after" : "before", kind);
  if (kill (victim, SIGKILL) != 0)
    g_error ("there is nobody to kill");
}

static gboolean
write_text (const char *path, GError **error)
{
  static const char text[] = "the new content";
  g_auto (TplFd) fd = open (path, O_WRONLY | O_CLOEXEC);
  return (fd >= 0 && pwrite (fd, text, sizeof text, 0) == sizeof text && fsync (fd) == 0)
         || tpl_fail (error, TPL_ERROR_FAILED, "writing %s", path);
}

static void
on_line (const char *line, gpointer user_data)
{
  (void)user_data;
  fprintf (stderr, "%s\n", line);
}

static const TplVirtLog to_stderr = { .hear = on_line };

static gboolean
make (TplVirtSession *session, GError **error)
{
  return tpl_virt_session_protect (session, error)
         && tpl_virt_session_make_room (session, SIZE_BYTES, &to_stderr, error)
         && tpl_virt_session_make (session, SIZE_BYTES, "raw", error)
         && write_text (session->target->path, error) && tpl_virt_session_check (session, error);
}

static gboolean
swap (TplVirtSession *session, GError **error)
{
  return tpl_virt_session_choose_domain (session, "--swap-into-domain", error)
         && make (session, error) && tpl_virt_session_swap (session, "raw", error)
         && tpl_virt_session_keep (session, error);
}

static gboolean
swap_names (TplVirtSession *session, GError **error)
{
  return tpl_virt_session_choose_domain (session, "--swap-into-domain", error)
         && tpl_virt_session_plan_names (session, error) && make (session, error)
         && tpl_virt_session_swap (session, "raw", error)
         && tpl_virt_session_exchange_names (session, error)
         && tpl_virt_session_keep (session, error);
}

static gboolean
replace (TplVirtSession *session, GError **error)
{
  return tpl_virt_session_plan_replacement (session, error) && make (session, error)
         && tpl_virt_session_replace (session, &to_stderr, error)
         && tpl_virt_session_keep (session, error);
}

static gboolean
define (TplVirtSession *session, GError **error)
{
  return tpl_virt_session_check_define (session, "try", error) && make (session, error)
         && tpl_virt_session_keep (session, error)
         && tpl_virt_session_define (session, "try", "raw", error);
}

/* As a run does that reads SOURCE and writes to TARGET meanwhile. */
static gboolean
hold (TplVirtSession *session, GError **error)
{
  if (!tpl_virt_session_protect (session, error))
    return FALSE;
  puts ("held");
  fflush (stdout);
  while (getchar () != EOF)
    ;
  return tpl_virt_session_check (session, error);
}

static const struct {
  const char *name;
  gboolean (*run) (TplVirtSession *session, GError **error);
} routines[] = { { "swap", swap },
                 { "rename", swap_names },
                 { "replace", replace },
                 { "define", define },
                 { "hold", hold } };

static gboolean
run (const char *name, TplVirtSession *session, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (routines); i++)
    if (strcmp (routines[i].name, name) == 0)
      return routines[i].run (session, error);
  return tpl_fail (error, TPL_ERROR_USAGE, "there is no routine %s", name);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) at_end = NULL;
  TplVirtSession *session = NULL;
  if (argc != 7)
    return 2;
  signal (SIGPIPE, SIG_IGN);
  deadly_step = atoi (argv[5]);
  victim = strcmp (argv[6], "self") == 0 ? getpid () : (pid_t)atoi (argv[6]);
  tpl_journal_set_hook (on_record);
  gboolean done = tpl_virt_session_open (argv[2], argv[3], argv[4], &session, &error)
                  && run (argv[1], session, &error);
  if (session)
    tpl_virt_session_end (session, &at_end);
  tpl_virt_session_free (session);
  printf ("%d\n", steps);
  if (error)
    fprintf (stderr, "%s\n", error->message);
  if (at_end)
    fprintf (stderr, "at its end: %s\n", at_end->message);
  return done ? 0 : 1;
}
