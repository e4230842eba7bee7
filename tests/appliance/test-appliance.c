/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The adapter of libguestfs, on a real appliance: one launch for all. */
#include "adapt/appliance.h"
#include "adapt/toolbox.h"
#include "host.h"
#include "stage/scratch.h"

#include <string.h>
#include <unistd.h>

static TplAppliance *appliance;

static void
test_put_and_get (void)
{
  g_autoptr (GError) error = NULL;
  gsize length = 5 * 1024 * 1024 + 1; /* more than one message of the protocol */
  guint8 *data = g_malloc (length);
  for (gsize i = 0; i < length; i++)
    data[i] = (guint8)(i * 31 >> 8);
  g_autoptr (GBytes) sent = g_bytes_new_take (data, length);
  g_assert_true (tpl_appliance_put (appliance, "/tmp/file", sent, &error));
  g_assert_no_error (error);
  g_autoptr (GBytes) got = tpl_appliance_get (appliance, "/tmp/file", &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (sent, got));
}

static void
test_run (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  const char *hello[] = { "sh", "-c", "echo \"$1\"", "sh", "it's; $HOME", NULL };
  g_assert_true (tpl_appliance_run (appliance, hello, NULL, &output, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "it's; $HOME\n");

  int status = 0;
  const char *three[] = { "sh", "-c", "exit 3", NULL };
  g_assert_true (tpl_appliance_run (appliance, three, &status, NULL, &error));
  g_assert_cmpint (status, ==, 3);

  const char *bad[] = { "sh", "-c", "echo 'no such \033 luck' >&2; exit 1", NULL };
  g_assert_false (tpl_appliance_run (appliance, bad, NULL, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "no such \\033 luck"));
}

/* Whoever ends a program ends the appliance's shell that waits for it, too: the next one runs. */
static void
test_killed (void)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "sh", "-c", "kill -9 $PPID", NULL };
  g_assert_false (tpl_appliance_run (appliance, argv, NULL, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "status 137"));
  test_run ();
}

static void
test_mount (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (tpl_appliance_mount (appliance, "dev", "devtmpfs", "rw", "/tmp/a/b", &error));
  g_assert_no_error (error);
  g_assert_true (tpl_appliance_is_plain_folder (appliance, "/tmp/a/b/disk"));
  g_assert_true (tpl_appliance_unmount (appliance, "/tmp/a/b", &error));
  g_assert_no_error (error);
  g_assert_false (tpl_appliance_is_plain_folder (appliance, "/tmp/a/b/disk"));
  g_assert_false (tpl_appliance_mount (appliance, "/dev/none", "ext4", "ro", "/tmp/a/b", &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
}

static void
test_device (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = tpl_appliance_device ("disk", 0);
  guint64 size_bytes = 0;
  g_assert_true (tpl_appliance_device_size (appliance, device, &size_bytes, &error));
  g_assert_cmpuint (size_bytes, ==, 64u << 20);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("written", 7);
  g_assert_true (tpl_appliance_write (appliance, device, 12345678, bytes, &error));
  g_autoptr (GBytes) back = tpl_appliance_read (appliance, device, 12345678, 7, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, back));
  g_assert_null (tpl_appliance_read (appliance, device, 64u << 20, 512, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
}

static gboolean
launch (const char *folder, GError **error)
{
  static const TplTool tools[] = { { "sh", TRUE }, { NULL, FALSE } };
  g_autofree char *toolbox
      = tpl_toolbox_take (folder, tools, g_getenv ("TPL_SHRINK_HELPER"), NULL, error);
  g_autofree char *disk = g_build_filename (folder, "disk.img", NULL);
  g_file_set_contents (disk, "", 0, NULL);
  return toolbox && truncate (disk, 64 << 20) == 0
         && (appliance = tpl_appliance_new (folder, 0, NULL, error)) != NULL
         && tpl_appliance_add_drive (appliance, disk, "raw", "disk", FALSE, 512, error)
         && tpl_appliance_add_drive (appliance, toolbox, "raw", "toolbox", TRUE, 512, error)
         && tpl_appliance_launch (appliance, tpl_host_kvm_works (NULL), error);
}

/* What a dead appliance does not answer is no answer. The last test: it ends the appliance. */
static void
test_gone (gconstpointer folder)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (tpl_appliance_is_gone (appliance));
  g_assert_true (tpl_appliance_shutdown (appliance, &error));
  g_assert_false (tpl_appliance_is_gone (appliance));
  tpl_appliance_free (appliance);

  launch (folder, &error);
  g_assert_no_error (error);
  g_assert_true (tpl_appliance_is_plain_folder (appliance, "/tmp"));
  g_autofree char *kill = g_strdup_printf ("pkill -KILL -P %d qemu", (int)getpid ());
  g_assert_true (g_spawn_command_line_sync (kill, NULL, NULL, NULL, NULL));
  g_assert_false (tpl_appliance_is_plain_folder (appliance, "/tmp"));
  g_assert_true (tpl_appliance_is_gone (appliance));
  tpl_appliance_free (appliance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GError) error = NULL;
  int lock = -1;
  g_autofree char *folder = tpl_scratch_new (&lock, &error);
  g_assert_no_error (error);
  launch (folder, &error);
  g_assert_no_error (error);
  g_test_add_func ("/appliance/put-and-get", test_put_and_get);
  g_test_add_func ("/appliance/run", test_run);
  g_test_add_func ("/appliance/killed", test_killed);
  g_test_add_func ("/appliance/mount", test_mount);
  g_test_add_func ("/appliance/device", test_device);
  g_test_add_data_func ("/appliance/gone", folder, test_gone);
  int result = g_test_run ();
  tpl_scratch_remove (folder);
  close (lock);
  return result;
}
