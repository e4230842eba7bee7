/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is made of a virtual machine's behaviour, with scripts in qemu's place. */
#include <glib/gstdio.h>
#include <string.h>

#include "adapt/machine.h"
#include "folder.h"

/* Greets, and does what the test says when it is told something. */
#define SCRIPT                                                                                     \
  "#!/bin/sh\n"                                                                                    \
  "for word; do case $word in file:*) console=${word#file:};; esac; done\n"                        \
  "event () { echo '{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"'$1'\"}}'; }\n"            \
  "echo '{\"QMP\": {}}'\n"                                                                         \
  "while read -r line; do\n"                                                                       \
  "  case $line in\n"                                                                              \
  "    *qmp_capabilities*) %s;;\n"                                                                 \
  "    *system_powerdown*) %s;;\n"                                                                 \
  "    *screendump*) path=${line%%\\\"*}; echo P6 >\"${path##*\\\"}\";;\n"                         \
  "  esac\n"                                                                                       \
  "  echo '{\"return\": {}}'\n"                                                                    \
  "done\n"

typedef struct {
  Folder folder;
  char *screenshot, *hypervisor;
  TplMachine machine;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  folder_make (&fixture->folder, data);
  const char *root = fixture->folder.root;
  fixture->screenshot = g_build_filename (root, "shot.ppm", NULL);
  fixture->hypervisor = g_build_filename (root, "qemu", NULL);
  fixture->machine = (TplMachine){ .hypervisor = fixture->hypervisor,
                                   .disk = "disk.qcow2",
                                   .folder = root,
                                   .screenshot = fixture->screenshot,
                                   .limit_seconds = 30 };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  folder_remove (&fixture->folder, data);
  g_free (fixture->screenshot);
  g_free (fixture->hypervisor);
}

static void
behave (Fixture *fixture, const char *at_start, const char *when_pressed)
{
  g_autofree char *script = g_strdup_printf (SCRIPT, at_start, when_pressed);
  g_free (folder_put (&fixture->folder, "qemu", script, 0755));
}

static void
test_prompt (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  behave (fixture, "printf 'Debian\\r\\n\\r\\nguest login: ' >\"$console\"", ":");
  g_assert_true (tpl_machine_boot (&fixture->machine, &evidence, NULL, NULL));
  g_assert_nonnull (strstr (evidence, "login"));
}

/* A guest that says much fills no disk, and what it said first counts too. */
static void
test_chatter (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  behave (fixture,
          "{ head -c 100000 /dev/zero | tr '\\0' x; printf '\nguest login: ';"
          " head -c 100000 /dev/zero; } >\"$console\"",
          ":");
  g_assert_true (tpl_machine_boot (&fixture->machine, &evidence, NULL, NULL));
  g_assert_nonnull (strstr (evidence, "login"));
  g_autofree char *console = g_build_filename (fixture->folder.root, "console", NULL);
  g_assert_true (g_file_test (console, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (console, G_FILE_TEST_IS_REGULAR));
}

static void
test_power_button (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  behave (fixture, ":", "event guest-shutdown");
  g_assert_true (tpl_machine_boot (&fixture->machine, &evidence, NULL, NULL));
  g_assert_nonnull (strstr (evidence, "power button"));
}

/* Nothing but the guest's own shutdown is evidence. */
static void
test_reset (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  g_autoptr (GError) error = NULL;
  behave (fixture, "printf 'Kernel \\033[1mpanic\\n' >\"$console\"; event guest-reset", ":");
  g_assert_false (tpl_machine_boot (&fixture->machine, &evidence, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_VERIFICATION);
  g_assert_nonnull (strstr (error->message, "reset itself"));
  g_assert_nonnull (strstr (error->message, "\n  Kernel [1mpanic"));
  g_assert_null (strchr (error->message, '\033'));
  g_assert_null (evidence);
}

static void
test_silent (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  g_autoptr (GError) error = NULL;
  behave (fixture, ":", ":");
  fixture->machine.limit_seconds = 1;
  g_assert_false (tpl_machine_boot (&fixture->machine, &evidence, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_VERIFICATION);
  g_assert_nonnull (strstr (error->message, "console is silent"));
  g_assert_nonnull (strstr (error->message, fixture->screenshot));
  g_assert_true (g_file_test (fixture->screenshot, G_FILE_TEST_EXISTS));
}

static void
test_hypervisor_fails (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  g_autoptr (GError) error = NULL, missing = NULL;
  behave (fixture, "echo 'qemu: no such machine' >&2; exit 1", ":");
  g_assert_false (tpl_machine_boot (&fixture->machine, &evidence, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_RETRIABLE);
  g_assert_nonnull (strstr (error->message, "no such machine"));

  g_assert_cmpint (g_remove (fixture->hypervisor), ==, 0);
  g_assert_false (tpl_machine_boot (&fixture->machine, &evidence, NULL, &missing));
  g_assert_error (missing, TPL_ERROR, TPL_ERROR_HOST);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  behave (fixture, ":", ":");
  g_cancellable_cancel (cancellable);
  g_assert_false (tpl_machine_boot (&fixture->machine, &evidence, cancellable, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_CANCELLED);
}

/* The variables are a copy: the template stays as it is. */
static void
test_firmware (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *evidence = NULL;
  g_autofree char *template = folder_put (&fixture->folder, "template", "empty", 0644);
  g_autofree char *copy = g_build_filename (fixture->folder.root, "nvram", NULL);
  g_autofree char *copied = NULL;
  TplFirmware firmware = { (char *)"code.fd", template, (char *)"raw", (char *)"raw" };
  fixture->machine.firmware = &firmware;
  behave (fixture,
          "case \"$*\" in *if=pflash,readonly=on,format=raw,file=code.fd*)"
          " event guest-shutdown;; esac",
          ":");
  g_assert_true (tpl_machine_boot (&fixture->machine, &evidence, NULL, NULL));
  g_assert_true (g_file_get_contents (copy, &copied, NULL, NULL));
  g_assert_cmpstr (copied, ==, "empty");
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = { { "/machine/prompt", test_prompt },
                { "/machine/chatter", test_chatter },
                { "/machine/power-button", test_power_button },
                { "/machine/reset", test_reset },
                { "/machine/silent", test_silent },
                { "/machine/hypervisor-fails", test_hypervisor_fails },
                { "/machine/cancelled", test_cancelled },
                { "/machine/firmware", test_firmware } };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
