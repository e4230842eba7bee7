/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

#define SUFFIX ".journal"

static TplJournalHook hook;

void
tpl_journal_set_hook (TplJournalHook new_hook)
{
  hook = new_hook;
}

static void
call_hook (const char *kind, gboolean is_written)
{
  if (hook)
    hook (kind, is_written);
}

char *
tpl_journal_folder (void)
{
  const char *named = g_getenv ("XDG_STATE_HOME");
  if (named && g_path_is_absolute (named))
    return g_build_filename (named, "tpl-shrink", NULL);
  if (geteuid () == 0)
    return g_strdup ("/var/lib/tpl-shrink");
  return g_build_filename (g_get_home_dir (), ".local", "state", "tpl-shrink", NULL);
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return (fd >= 0 && fsync (fd) == 0)
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "flushing \"%s\" to its disk: %s", folder,
                      g_strerror (errno));
}

static TplJournal *
open_file (const char *folder, const char *name, int flags)
{
  TplJournal *journal = g_new0 (TplJournal, 1);
  journal->id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  journal->path = g_build_filename (folder, name, NULL);
  journal->fd = open (journal->path, flags | O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  return journal;
}

TplJournal *
tpl_journal_new (GError **error)
{
  g_autofree char *folder = tpl_journal_folder ();
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (uuid, SUFFIX, NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making the folder \"%s\": %s", folder,
              g_strerror (errno));
    return NULL;
  }
  g_autoptr (TplJournal) journal = open_file (folder, name, O_CREAT | O_EXCL);
  if (journal->fd < 0 || flock (journal->fd, LOCK_EX | LOCK_NB) != 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making the journal \"%s\": %s", journal->path,
              g_strerror (errno));
    return NULL;
  }
  return sync_folder (journal->path, error) ? g_steal_pointer (&journal) : NULL;
}

void
tpl_journal_free (TplJournal *journal)
{
  if (!journal)
    return;
  tpl_fd_clear (&journal->fd);
  g_free (journal->id);
  g_free (journal->path);
  g_free (journal);
}

/* Fields are separated by tabs; g_strescape () leaves no tab or newline in them. */
gboolean
tpl_journal_add (TplJournal *journal, GError **error, const char *field, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  va_list args;
  va_start (args, field);
  for (const char *at = field; at; at = va_arg (args, const char *)) {
    g_autofree char *escaped = g_strescape (at, NULL);
    g_string_append_printf (line, "%s%s", line->len ? "\t" : "", escaped);
  }
  va_end (args);
  g_string_append_c (line, '\n');
  call_hook (field, FALSE);
  ssize_t written = write (journal->fd, line->str, line->len);
  if (written != (ssize_t)line->len || fdatasync (journal->fd) != 0)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the journal \"%s\": %s", journal->path,
                     written >= 0 ? "the disk is full" : g_strerror (errno));
  call_hook (field, TRUE);
  return TRUE;
}

void
tpl_journal_step (const char *what)
{
  call_hook (what, TRUE);
}

gboolean
tpl_journal_close (TplJournal *journal, GError **error)
{
  call_hook ("close", FALSE);
  if (unlink (journal->path) != 0 && errno != ENOENT)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "removing the journal \"%s\": %s", journal->path,
                     g_strerror (errno));
  return sync_folder (journal->path, error);
}

GPtrArray *
tpl_journal_dead (void)
{
  g_autoptr (GPtrArray) dead = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_journal_free);
  g_autofree char *path = tpl_journal_folder ();
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  for (const char *name; folder && (name = g_dir_read_name (folder));) {
    if (!g_str_has_suffix (name, SUFFIX))
      continue;
    g_autoptr (TplJournal) journal = open_file (path, name, 0);
    struct stat status;
    /* Its run may have ended, and removed it, between the two calls. */
    if (journal->fd >= 0 && flock (journal->fd, LOCK_EX | LOCK_NB) == 0
        && fstat (journal->fd, &status) == 0 && status.st_nlink > 0)
      g_ptr_array_add (dead, g_steal_pointer (&journal));
  }
  return g_steal_pointer (&dead);
}

GPtrArray *
tpl_journal_read (const TplJournal *journal, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (journal->path, &text, NULL, error)) {
    tpl_error_adopt (error, TPL_ERROR_RETRIABLE);
    return NULL;
  }
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  for (char *line = text, *end; (end = strchr (line, '\n')); line = end + 1) {
    *end = '\0';
    char **fields = g_strsplit (line, "\t", -1);
    for (char **field = fields; *field; field++) {
      char *plain = g_strcompress (*field);
      g_free (*field);
      *field = plain;
    }
    g_ptr_array_add (records, fields);
  }
  return g_steal_pointer (&records);
}
