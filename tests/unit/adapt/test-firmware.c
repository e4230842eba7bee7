/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of a host's firmware descriptors is taken. */
#include "adapt/firmware.h"
#include "folder.h"

static void
put (const Folder *folder, const char *path, const char *text)
{
  g_free (folder_put (folder, path, text, 0644));
}

/* A descriptor of split flash images CODE and VARS that exist. */
static void
describe (const Folder *folder, const char *path, const char *name, const char *features)
{
  g_autofree char *code_name = g_strconcat (name, ".code", NULL);
  g_autofree char *variables_name = g_strconcat (name, ".vars", NULL);
  put (folder, code_name, "");
  put (folder, variables_name, "");
  g_autofree char *text = g_strdup_printf (
      "{\"interface-types\": [\"uefi\"], \"features\": [%s],"
      " \"targets\": [{\"architecture\": \"x86_64\", \"machines\": [\"pc-q35-*\"]}],"
      " \"mapping\": {\"device\": \"flash\","
      "  \"executable\": {\"filename\": \"%s/%s\", \"format\": \"raw\"},"
      "  \"nvram-template\": {\"filename\": \"%s/%s\", \"format\": \"qcow2\"}}}",
      features, folder->root, code_name, folder->root, variables_name);
  put (folder, path, text);
}

static void
expect (const Folder *folder, const char *name)
{
  g_auto (TplFirmware) firmware = { 0 };
  gboolean found = tpl_firmware_find (folder->root, &firmware);
  g_assert_cmpint (found, ==, name != NULL);
  if (!name)
    return;
  g_autofree char *code = g_strdup_printf ("%s/%s.code", folder->root, name);
  g_assert_cmpstr (firmware.code, ==, code);
  g_assert_cmpstr (firmware.code_format, ==, "raw");
  g_assert_cmpstr (firmware.variables_format, ==, "qcow2");
}

static void
test_choice (Folder *folder, gconstpointer data)
{
  (void)data;
  expect (folder, NULL);
  describe (folder, "usr/share/qemu/firmware/10-smm.json", "smm", "\"requires-smm\"");
  describe (folder, "usr/share/qemu/firmware/20-keys.json", "keys", "\"enrolled-keys\"");
  put (folder, "usr/share/qemu/firmware/25-arm.json",
       "{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"aarch64\"}],"
       " \"mapping\": {\"device\": \"flash\"}}");
  expect (folder, NULL);
  describe (folder, "usr/share/qemu/firmware/60-plain.json", "plain", "\"acpi-s3\"");
  describe (folder, "usr/share/qemu/firmware/70-later.json", "later", "");
  expect (folder, "plain");
}

/* The administrator's file counts, also an empty one, which hides the distribution's. */
static void
test_precedence (Folder *folder, gconstpointer data)
{
  (void)data;
  describe (folder, "usr/share/qemu/firmware/60-plain.json", "plain", "");
  describe (folder, "etc/qemu/firmware/60-plain.json", "own", "");
  expect (folder, "own");
  put (folder, "etc/qemu/firmware/60-plain.json", "");
  expect (folder, NULL);
}

static void
test_damage (Folder *folder, gconstpointer data)
{
  (void)data;
  static const char *const texts[] = {
    "[]", "{", "null", "{\"interface-types\": {}}", "{\"interface-types\": [7, null]}",
    "{\"interface-types\": [\"uefi\"], \"targets\": [1, {}], \"mapping\": []}",
    "{\"interface-types\": [\"uefi\"], \"targets\": [{\"architecture\": \"x86_64\"}],"
    " \"mapping\": {\"device\": \"flash\", \"executable\": {\"filename\": \"/gone\"}}}",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++) {
    put (folder, "etc/qemu/firmware/10.json", texts[i]);
    expect (folder, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/firmware/choice", Folder, NULL, folder_make, test_choice, folder_remove);
  g_test_add ("/firmware/precedence", Folder, NULL, folder_make, test_precedence, folder_remove);
  g_test_add ("/firmware/damage", Folder, NULL, folder_make, test_damage, folder_remove);
  return g_test_run ();
}
