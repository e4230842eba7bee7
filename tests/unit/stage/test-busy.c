/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/busy.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapt/handles.h"
#include "adapt/process.h"
#include "error.h"
#include "folder.h"

/* Of `path`, a file or a device of 4096 bytes: reading is not writing, and writing is seen, also by
 * another than who holds the mark. */
static void
check_marks (const char *path)
{
  char bytes[4096];
  g_autoptr (GError) error = NULL;
  g_auto (TplFd) held = open (path, O_RDONLY | O_CLOEXEC);
  g_autofree char *mark = tpl_busy_mark (held);
  g_assert_nonnull (mark);
  g_assert_cmpint (pread (held, bytes, sizeof bytes, 0), ==, sizeof bytes);
  g_assert_true (tpl_busy_check_unwritten (held, path, mark, &error));
  g_usleep (20000); /* a filesystem's clock ticks every 10 ms at worst */
  g_auto (TplFd) writer = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (writer, bytes, sizeof bytes, 0), ==, sizeof bytes);
  g_assert_cmpint (fsync (writer), ==, 0);
  g_assert_false (tpl_busy_check_unwritten (held, path, mark, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_RETRIABLE);
  g_assert_nonnull (strstr (error->message, path));
}

static char *
make_disk (Folder *folder)
{
  g_autofree char *text = g_strnfill (4096, 'x');
  return folder_put (folder, "disk", text, 0600);
}

static void
test_file (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *path = make_disk (folder);
  check_marks (path);
}

static void
test_device (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *path = make_disk (folder);
  const char *attach[] = { "losetup", "--find", "--show", path, NULL };
  g_autofree char *device = NULL;
  if (!tpl_process_run (attach, &device, NULL, NULL)) {
    g_test_skip ("no loop devices for this user");
    return;
  }
  g_strstrip (device);
  check_marks (device);
  const char *detach[] = { "losetup", "--detach", device, NULL };
  g_assert_true (tpl_process_run (detach, NULL, NULL, NULL));
}

/* A disk that is read and a real qemu that writes it, in both orders. */
typedef struct {
  Folder folder;
  char *disk;
  int fd;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  folder_make (&fixture->folder, data);
  fixture->disk = folder_put (&fixture->folder, "disk.img", "", 0600);
  g_assert_cmpint (truncate (fixture->disk, 1 << 20), ==, 0);
  fixture->fd = open (fixture->disk, O_RDONLY | O_CLOEXEC);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close (fixture->fd);
  g_free (fixture->disk);
  folder_remove (&fixture->folder, data);
}

/* Runs qemu-io's command on the disk. The caller frees what it said; NULL: there is no qemu-io. */
static char *
qemu_io (const Fixture *fixture, gboolean writes, const char *command)
{
  const char *argv[] = { "qemu-io", "-f", "raw", "-c", command, fixture->disk,
                         writes ? NULL : "-r", NULL };
  char *output = NULL;
  g_autofree char *errors = NULL;
  if (!g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                     NULL, NULL))
    return NULL;
  g_autofree char *first = output;
  return g_strconcat (first, errors, NULL);
}

static void
test_reader_first (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_assert_true (tpl_busy_hold_for_reading (fixture->fd, "disk", &error));
  g_assert_no_error (error);
  g_autofree char *said = qemu_io (fixture, TRUE, "write 0 512");
  if (!said) {
    g_test_skip ("needs qemu-io");
    return;
  }
  g_assert_nonnull (strstr (said, "Failed to get \"write\" lock"));
  g_autofree char *read = qemu_io (fixture, FALSE, "read 0 512");
  g_assert_nonnull (strstr (read, "read 512/512 bytes")); /* the appliance does as much */

  /* Another run may read it too, and none may write it. */
  int other = open (fixture->disk, O_RDWR | O_CLOEXEC);
  g_assert_true (tpl_busy_hold_for_reading (other, "disk", &error));
  g_assert_false (tpl_busy_check_unused (other, "disk", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_clear_error (&error);
  close (other);
  close (fixture->fd);
  fixture->fd = open (fixture->disk, O_RDONLY | O_CLOEXEC);
  g_autofree char *wrote = qemu_io (fixture, TRUE, "write 0 512");
  g_assert_nonnull (strstr (wrote, "wrote 512/512 bytes")); /* it ends with the descriptor */
}

static void
test_writer_first (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *argv[]
      = { "qemu-io", "-f", "raw", "-c", "write 0 512", "-c", "sleep 60000", fixture->disk, NULL };
  g_autofree char *before = tpl_busy_mark (fixture->fd);
  GPid pid = 0;
  if (!g_spawn_async (NULL, (char **)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                          | G_SPAWN_STDOUT_TO_DEV_NULL,
                      NULL, NULL, &pid, NULL)) {
    g_test_skip ("needs qemu-io");
    return;
  }
  gboolean is_seen = FALSE;
  for (int i = 0; i < 200 && !is_seen; i++) {
    is_seen = !tpl_busy_check_unwritten (fixture->fd, "disk", before, NULL);
    g_usleep (100 * 1000);
  }
  g_assert_true (is_seen); /* it has written */
  g_autoptr (GError) error = NULL;
  g_assert_false (tpl_busy_hold_for_reading (fixture->fd, "disk", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_false (tpl_busy_check_unused (fixture->fd, "disk", &error));
  g_clear_error (&error);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_assert_true (tpl_busy_hold_for_reading (fixture->fd, "disk", &error));
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/busy/file", Folder, NULL, folder_make, test_file, folder_remove);
  g_test_add ("/busy/device", Folder, NULL, folder_make, test_device, folder_remove);
  g_test_add ("/busy/reader-first", Fixture, NULL, set_up, test_reader_first, tear_down);
  g_test_add ("/busy/writer-first", Fixture, NULL, set_up, test_writer_first, tear_down);
  return g_test_run ();
}
