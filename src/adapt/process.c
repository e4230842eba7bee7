/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g_spawn_sync() knows neither a limit nor a GCancellable. GSubprocess knows both, but its blocking
 * calls give a GMainContext away while one of GLib's own threads still uses it (seen with GLib
 * 2.74: one run in some thousands hangs, or has its heap damaged). So the waiting is done here. */
#include "adapt/process.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "error.h"

#define READ_BYTES 4096

typedef struct {
  GPid pid;
  int streams[2]; /* its stdout and stderr, to be read; -1 when at their ends */
  GString *said[2];
} Child;

char *
tpl_process_find (const char *program)
{
  static const char *const folders[] = { "/usr/local/sbin", "/usr/sbin", "/sbin" };
  char *found = g_find_program_in_path (program);
  for (size_t i = 0; !found && i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (folders[i], program, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
      found = g_steal_pointer (&path);
  }
  return found;
}

static void
child_clear (Child *child)
{
  for (size_t i = 0; i < G_N_ELEMENTS (child->streams); i++) {
    if (child->streams[i] >= 0)
      close (child->streams[i]);
    if (child->said[i])
      g_string_free (child->said[i], TRUE);
  }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Child, child_clear)

static gboolean
child_start (Child *child, const char *const *argv, int input, GSpawnChildSetupFunc setup,
             GError **error)
{
  int out[2], complaints[2];
  if (!g_unix_open_pipe (out, FD_CLOEXEC, error))
    return FALSE;
  child->streams[0] = out[0];
  gboolean started = g_unix_open_pipe (complaints, FD_CLOEXEC, error);
  if (started) {
    child->streams[1] = complaints[0];
    g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "LC_ALL", "C", TRUE);
    started = g_spawn_async_with_fds (NULL, (char **)(uintptr_t)argv, environment,
                                      G_SPAWN_DO_NOT_REAP_CHILD, setup, NULL, &child->pid, input,
                                      out[1], complaints[1], error);
    close (complaints[1]);
  }
  close (out[1]);
  return started;
}

static void
child_read (Child *child, size_t stream)
{
  char bytes[READ_BYTES];
  ssize_t length = read (child->streams[stream], bytes, sizeof bytes);
  if (length > 0)
    g_string_append_len (child->said[stream], bytes, length);
  else if (length == 0 || (errno != EINTR && errno != EAGAIN)) {
    close (child->streams[stream]);
    child->streams[stream] = -1;
  }
}

/* Until it has closed its streams, `stop` (a descriptor, or -1) becomes readable, or the monotonic
 * clock says `deadline_us` (0: never). TRUE if the streams are at their ends. */
static gboolean
child_follow (Child *child, int stop, gint64 deadline_us)
{
  while (child->streams[0] >= 0 || child->streams[1] >= 0) {
    GPollFD polls[] = { { child->streams[0], G_IO_IN | G_IO_HUP, 0 },
                        { child->streams[1], G_IO_IN | G_IO_HUP, 0 },
                        { stop, G_IO_IN, 0 } };
    gint64 left_us = deadline_us > 0 ? deadline_us - g_get_monotonic_time () : 0;
    if (left_us < 0)
      return FALSE;
    int timeout_ms = deadline_us > 0 ? (int)MIN (left_us / 1000 + 1, G_MAXINT) : -1;
    if (g_poll (polls, G_N_ELEMENTS (polls), timeout_ms) < 0)
      continue; /* EINTR */
    if (polls[2].revents)
      return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS (child->streams); i++)
      if (polls[i].revents)
        child_read (child, i);
  }
  return TRUE;
}

gboolean
tpl_process_reap (GPid pid, gboolean kill_it)
{
  int status = 0;
  if (kill_it)
    kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      return FALSE;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

gboolean
tpl_process_run (const char *const *argv, char **output, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = tpl_process_find (argv[0]);
  if (!path)
    return tpl_fail (error, TPL_ERROR_HOST, "this host has no %s: run tpl-shrink --check-host",
                     argv[0]);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_ptr_array_add (words, path);
  for (size_t i = 1; argv[i]; i++)
    g_ptr_array_add (words, (gpointer)(uintptr_t)argv[i]);
  g_ptr_array_add (words, NULL);

  g_auto (Child) child = { 0, { -1, -1 }, { g_string_new (NULL), g_string_new (NULL) } };
  if (!child_start (&child, (const char *const *)words->pdata, -1, NULL, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    g_prefix_error (error, "running %s: ", argv[0]);
    return FALSE;
  }
  gboolean ended = child_follow (&child, g_cancellable_get_fd (cancellable), 0);
  g_cancellable_release_fd (cancellable);
  gboolean succeeded = tpl_process_reap (child.pid, !ended);
  if (!ended)
    return tpl_fail (error, TPL_ERROR_CANCELLED, "running %s: stopped on request", argv[0]);
  if (!succeeded)
    return tpl_fail (error, TPL_ERROR_FAILED, "%s failed: %s", argv[0],
                     g_strstrip (child.said[1]->str));
  if (output)
    *output = g_strdup (child.said[0]->str);
  return TRUE;
}

gboolean
tpl_process_try (const TplTrial *trial, TplVerdict *verdict, GError **error)
{
  g_auto (Child) child = { 0, { -1, -1 }, { g_string_new (NULL), g_string_new (NULL) } };
  gint64 deadline_us
      = g_get_monotonic_time () + (gint64)(trial->limit_seconds * G_USEC_PER_SEC);
  if (!child_start (&child, trial->argv, trial->input, trial->setup, error))
    return FALSE;
  verdict->is_late = !child_follow (&child, -1, deadline_us);
  verdict->succeeded = tpl_process_reap (child.pid, verdict->is_late);
  verdict->complaint = g_strdup (child.said[1]->str);
  return TRUE;
}
