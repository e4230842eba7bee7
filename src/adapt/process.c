/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/process.h"

#include <stdint.h>

#include "error.h"

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

  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_autoptr (GSubprocess) child
      = g_subprocess_launcher_spawnv (launcher, (const char *const *)words->pdata, error);
  g_autofree char *said = NULL, *complained = NULL;
  if (!child
      || !g_subprocess_communicate_utf8 (child, NULL, cancellable, &said, &complained, error)) {
    if (child)
      g_subprocess_force_exit (child);
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    g_prefix_error (error, "running %s: ", argv[0]);
    return FALSE;
  }
  if (!g_subprocess_get_if_exited (child) || g_subprocess_get_exit_status (child) != 0)
    return tpl_fail (error, TPL_ERROR_FAILED, "%s failed: %s", argv[0], g_strstrip (complained));
  if (output)
    *output = g_steal_pointer (&said);
  return TRUE;
}
