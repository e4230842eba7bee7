/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of a host's firmware descriptors is taken. */
#include <glib/gstdio.h>
#include <string.h>

#include "adapt/firmware.h"

typedef struct {
  char *root;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fixture->root = g_dir_make_tmp ("tpl-firmware-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  const char *argv[] = { "rm", "-rf", fixture->root, NULL };
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (fixture->root);
}

static void
put (const Fixture *fixture, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (fixture->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

/* A descriptor of split flash images CODE and VARS that exist. */
static void
describe (const Fixture *fixture, const char *path, const char *name, const char *features)
{
  g_autofree char *code_name = g_strconcat (name, ".code", NULL);
  g_autofree char *variables_name = g_strconcat (name, ".vars", NULL);
  put (fixture, code_name, "");
  put (fixture, variables_name, "");
  g_autofree char *text = g_strdup_printf (
      "{\"interface-types\": [\"uefi\"], \"features\": [%s],"
      " \"targets\": [{\"architecture\": \"x86_64\", \"machines\": [\"pc-q35-*\"]}],"
      " \"mapping\": {\"device\": \"flash\","
      "  \"executable\": {\"filename\": \"%s/%s\", \"format\": \"raw\"},"
      "  \"nvram-template\": {\"filename\": \"%s/%s\", \"format\": \"qcow2\"}}}",
      features, fixture->root, code_name, fixture->root, variables_name);
  put (fixture, path, text);
}

static void
expect (const Fixture *fixture, const char *name)
{
  g_auto (TplFirmware) firmware = { 0 };
  gboolean found = tpl_firmware_find (fixture->root, &firmware);
  g_assert_cmpint (found, ==, name != NULL);
  if (!name)
    return;
  g_autofree char *code = g_strdup_printf ("%s/%s.code", fixture->root, name);
  g_assert_cmpstr (firmware.code, ==, code);
  g_assert_cmpstr (firmware.code_format, ==, "raw");
  g_assert_cmpstr (firmware.variables_format, ==, "qcow2");
}

static void
test_choice (Fixture *fixture, gconstpointer data)
{
  (void)data;
  expect (fixture, NULL);
  describe (fixture, "usr/share/qemu/firmware/10-smm.json", "smm", "\"requires-smm\"");
  describe (fixture, "usr/share/qemu/firmware/20-keys.json", "keys", "\"enrolled-keys\"");
  put (fixture, "usr/share/qemu/firmware/25-arm.json",
       "{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"aarch64\"}],"
       " \"mapping\": {\"device\": \"flash\"}}");
  expect (fixture, NULL);
  describe (fixture, "usr/share/qemu/firmware/60-plain.json", "plain", "\"acpi-s3\"");
  describe (fixture, "usr/share/qemu/firmware/70-later.json", "later", "");
  expect (fixture, "plain");
}

/* The administrator's file counts, also an empty one, which hides the distribution's. */
static void
test_precedence (Fixture *fixture, gconstpointer data)
{
  (void)data;
  describe (fixture, "usr/share/qemu/firmware/60-plain.json", "plain", "");
  describe (fixture, "etc/qemu/firmware/60-plain.json", "own", "");
  expect (fixture, "own");
  put (fixture, "etc/qemu/firmware/60-plain.json", "");
  expect (fixture, NULL);
}

static void
test_damage (Fixture *fixture, gconstpointer data)
{
  (void)data;
  static const char *const texts[] = {
    "[]", "{", "null", "{\"interface-types\": {}}", "{\"interface-types\": [7, null]}",
    "{\"interface-types\": [\"uefi\"], \"targets\": [1, {}], \"mapping\": []}",
    "{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"x86_64\"}],"
    " \"mapping\": {\"device\": \"flash\", \"executable\": {\"filename\": \"/gone\"}}}",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    put (fixture, "etc/qemu/firmware/10.json", texts[i]);
    expect (fixture, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/firmware/choice", Fixture, NULL, set_up, test_choice, tear_down);
  g_test_add ("/firmware/precedence", Fixture, NULL, set_up, test_precedence, tear_down);
  g_test_add ("/firmware/damage", Fixture, NULL, set_up, test_damage, tear_down);
  return g_test_run ();
}
