/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/busy.h"

#include <fcntl.h>
#include <string.h>
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/busy/file", Folder, NULL, folder_make, test_file, folder_remove);
  g_test_add ("/busy/device", Folder, NULL, folder_make, test_device, folder_remove);
  return g_test_run ();
}
