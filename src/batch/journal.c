/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/journal.h"

#include "error.h"
#include "libvirt/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "batch-"
#define SUFFIX ".jsonl"

#define JOURNAL_MOST_BYTES (256 << 20) /* a job takes some KiB */

char *
tpl_batch_journal_default (const char *name)
{
  g_autofree char *folder = tpl_journal_folder ();
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  return g_strdup_printf ("%s/" PREFIX "%.16s" SUFFIX, folder, sum);
}

char *
tpl_batch_journal_latest (void)
{
  g_autofree char *path = tpl_journal_folder ();
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autofree char *latest = NULL;
  struct timespec latest_time = {0};
  for (const char *name; folder != NULL && (name = g_dir_read_name (folder)) != NULL;) {
    g_autofree char *journal = g_build_filename (path, name, NULL);
    struct stat status;
    if (!g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, SUFFIX) ||
        stat (journal, &status) != 0)
      continue;
    if (latest != NULL && (status.st_mtim.tv_sec < latest_time.tv_sec ||
                           (status.st_mtim.tv_sec == latest_time.tv_sec &&
                            status.st_mtim.tv_nsec <= latest_time.tv_nsec)))
      continue;
    latest_time = status.st_mtim;
    g_free (latest);
    latest = g_steal_pointer (&journal);
  }
  return g_steal_pointer (&latest);
}

/* `length_read`: of whole lines. */
static gboolean
read_records (TplBatchJournal *journal, gsize *length_read, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  struct stat status;
  if (stat (journal->path, &status) == 0 && status.st_size > JOURNAL_MOST_BYTES)
    return tpl_fail (error, TPL_ERROR_FAILED, "\"%s\" is too large for a journal of tpl-batch's",
                     journal->path);
  if (!g_file_get_contents (journal->path, &text, &length, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    return FALSE;
  }
  journal->records = tpl_batch_records_read (text, length, length_read, error);
  if (journal->records != NULL)
    return TRUE;
  g_prefix_error (error, "\"%s\" is no journal of tpl-batch's, or damaged: ", journal->path);
  return FALSE;
}

static TplBatchJournal *
journal_new (const char *path)
{
  TplBatchJournal *journal = g_new0 (TplBatchJournal, 1);
  journal->path = g_strdup (path);
  journal->fd = -1;
  return journal;
}

TplBatchJournal *
tpl_batch_journal_look (const char *path, GError **error)
{
  g_autoptr (TplBatchJournal) journal = journal_new (path);
  gsize length_read = 0;
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    if (!read_records (journal, &length_read, error))
      return NULL;
  } else
    journal->records = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_record_free);
  return g_steal_pointer (&journal);
}

static gboolean
lock_byte (int fd, guint64 byte)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)byte, .l_len = 1};
  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}

static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && fsync (fd) == 0;
}

TplBatchJournal *
tpl_batch_journal_open (const char *path, GError **error)
{
  g_autoptr (TplBatchJournal) journal = journal_new (path);
  g_autofree char *folder = g_path_get_dirname (path);
  gsize length_read = 0;
  if (g_mkdir_with_parents (folder, 0700) == 0)
    journal->fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal->fd < 0) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "opening the journal \"%s\": %s", path,
              g_strerror (errno));
    return NULL;
  }
  if (!lock_byte (journal->fd, 0)) {
    tpl_fail (error, TPL_ERROR_RETRIABLE,
              "another tpl-batch is at work with the journal \"%s\": wait for it, or name another "
              "with --journal",
              path);
    return NULL;
  }
  if (!read_records (journal, &length_read, error))
    return NULL;
  if (ftruncate (journal->fd, (off_t)length_read) != 0 || !sync_folder (path)) {
    tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the journal \"%s\": %s", path,
              g_strerror (errno));
    return NULL;
  }
  return g_steal_pointer (&journal);
}

void
tpl_batch_journal_free (TplBatchJournal *journal)
{
  if (journal == NULL)
    return;
  tpl_fd_clear (&journal->fd);
  g_clear_pointer (&journal->records, g_ptr_array_unref);
  g_free (journal->path);
  g_free (journal);
}

gboolean
tpl_batch_journal_add (TplBatchJournal *journal, TplBatchRecord *record, GError **error)
{
  g_autoptr (TplBatchRecord) mine = record;
  g_autofree char *line = tpl_batch_record_to_line (mine);
  gsize length = strlen (line);
  off_t before = lseek (journal->fd, 0, SEEK_END);
  ssize_t written = write (journal->fd, line, length);
  if (written == (ssize_t)length && fdatasync (journal->fd) == 0)
    return TRUE;
  int reason = written >= 0 && written < (ssize_t)length ? ENOSPC : errno;
  /* A torn line must not have another behind it. */
  if (before >= 0 && ftruncate (journal->fd, before) != 0)
    reason = EIO;
  return tpl_fail (error, TPL_ERROR_RETRIABLE, "writing the journal \"%s\": %s", journal->path,
                   g_strerror (reason));
}

int
tpl_batch_journal_lock_job (const TplBatchJournal *journal, const char *id)
{
  TplFd fd = open (journal->path, O_RDWR | O_CLOEXEC);
  if (fd >= 0 && !lock_byte (fd, 1 + g_ascii_strtoull (id, NULL, 16)))
    tpl_fd_clear (&fd);
  return fd;
}
