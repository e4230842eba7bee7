/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <unistd.h>

/* Where administrators' programs are, whatever the caller's PATH. */
static void
set_environment (void)
{
  static gsize done = 0;
  g_autofree char *path = NULL;

  if (!g_once_init_enter (&done))
    return;
  path = g_strdup_printf ("%s:/usr/sbin:/sbin", g_getenv ("PATH"));
  g_setenv ("PATH", path, TRUE);
  g_setenv ("LC_ALL", "C", TRUE);
  g_setenv ("LVM_SUPPRESS_FD_WARNINGS", "1", TRUE);
  g_once_init_leave (&done, 1);
}

gboolean
command_need (const char *program, ...)
{
  va_list args;
  gboolean found = TRUE;

  set_environment ();
  va_start (args, program);
  for (; program != NULL && found; program = va_arg (args, const char *)) {
    g_autofree char *path = g_find_program_in_path (program);

    if (path == NULL) {
      g_autofree char *message = g_strdup_printf ("%s is not installed", program);

      g_test_skip (message);
      found = FALSE;
    }
  }
  va_end (args);
  return found;
}

gboolean
command_need_root (void)
{
  set_environment ();
  if (geteuid () == 0 && g_access ("/dev/loop-control", R_OK | W_OK) == 0)
    return TRUE;
  g_test_skip ("needs root and loop devices");
  return FALSE;
}

gboolean
command_try (const char *const *argv, char **output)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  gint status = 0;

  set_environment ();
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status,
                &error);
  g_assert_no_error (error);
  if (output != NULL)
    *output = g_strconcat (out, err, NULL);
  return status == 0;
}

char *
command_run (const char *const *argv)
{
  char *output = NULL;

  if (!command_try (argv, &output)) {
    g_autofree char *line = g_strjoinv (" ", (char **)argv);

    g_error ("%s failed:\n%s", line, output);
  }
  return output;
}

char *
command_run_words (const char *program, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  va_list args;

  va_start (args, program);
  for (; program != NULL; program = va_arg (args, const char *))
    g_ptr_array_add (argv, (gpointer)program);
  va_end (args);
  g_ptr_array_add (argv, NULL);
  return command_run ((const char *const *)argv->pdata);
}

char *
command_make_disk (const char *name, guint64 size_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("tpl-test-XXXXXX", &error);
  char *path;
  int fd;

  g_assert_no_error (error);
  path = g_build_filename (directory, name, NULL);
  fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t)size_bytes), ==, 0);
  close (fd);
  return path;
}

GBytes *
command_read_disk (const char *path, guint64 offset_bytes, gsize length)
{
  g_autofree char *content = g_malloc (length);
  FILE *file = g_fopen (path, "rb");

  g_assert_nonnull (file);
  g_assert_cmpint (fseeko (file, (off_t)offset_bytes, SEEK_SET), ==, 0);
  g_assert_cmpuint (fread (content, 1, length, file), ==, length);
  fclose (file);
  return g_bytes_new_take (g_steal_pointer (&content), length);
}

void
command_remove_disk (char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (directory);
  g_free (path);
}

char *
command_attach (const char *path, int *fd)
{
  char *device = command_run_words ("losetup", "--show", "-f", path, NULL);
  g_autofree char *detached = NULL;

  g_strchomp (device);
  *fd = g_open (device, O_RDWR | O_CLOEXEC, 0);
  g_assert_cmpint (*fd, >=, 0);
  /* As long as it is open it stays, and goes with its last user. */
  detached = command_run_words ("losetup", "-d", device, NULL);
  return device;
}
