/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/firmware.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The administrator's own come first. */
static const char *const folders[] = { "/etc/qemu/firmware", "/usr/share/qemu/firmware" };

void
tpl_firmware_clear (TplFirmware *firmware)
{
  g_clear_pointer (&firmware->code, g_free);
  g_clear_pointer (&firmware->variables, g_free);
  g_clear_pointer (&firmware->code_format, g_free);
  g_clear_pointer (&firmware->variables_format, g_free);
}

static int
by_name (gconstpointer a, gconstpointer b, gpointer data)
{
  (void)data;
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Names of the descriptors in all folders, each once, in their order. */
static GPtrArray *
descriptor_names (const char *root)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_strconcat (root, folders[i], NULL);
    g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
    const char *name = NULL;
    while (folder && (name = g_dir_read_name (folder)))
      if (g_str_has_suffix (name, ".json")
          && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort_with_data (names, by_name, NULL);
  return names;
}

/* The value at this path of members, NULL if a part of it is missing. */
static JsonNode *
node_at (JsonObject *object, const char *const *path)
{
  JsonNode *node = NULL;
  for (size_t i = 0; path[i]; i++) {
    if (i > 0)
      object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    node = object ? json_object_get_member (object, path[i]) : NULL;
  }
  return node;
}

static const char *
string_at (JsonObject *object, const char *const *path)
{
  JsonNode *node = node_at (object, path);
  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                  : NULL;
}

#define AT(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Whether the array at this member has the string. */
static gboolean
lists (JsonObject *object, const char *member, const char *wanted)
{
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array && i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    if (json_node_get_value_type (element) == G_TYPE_STRING
        && strcmp (json_node_get_string (element), wanted) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_target (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "targets");
  JsonArray *targets = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; targets && i < json_array_get_length (targets); i++) {
    JsonNode *target = json_array_get_element (targets, i);
    const char *architecture = JSON_NODE_HOLDS_OBJECT (target)
                                   ? string_at (json_node_get_object (target), AT ("architecture"))
                                   : NULL;
    if (g_strcmp0 (architecture, "x86_64") == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_descriptor (const char *path, TplFirmware *firmware)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (!json_parser_load_from_file (parser, path, NULL)
      || !json_parser_get_root (parser) /* an empty file hides one of the same name */
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return FALSE;
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  const char *mode = string_at (object, AT ("mapping", "mode"));
  if (!lists (object, "interface-types", "uefi") || !has_target (object)
      || lists (object, "features", "requires-smm") || lists (object, "features", "enrolled-keys")
      || g_strcmp0 (string_at (object, AT ("mapping", "device")), "flash") != 0
      || (mode && strcmp (mode, "split") != 0))
    return FALSE;
  firmware->code = g_strdup (string_at (object, AT ("mapping", "executable", "filename")));
  firmware->code_format = g_strdup (string_at (object, AT ("mapping", "executable", "format")));
  firmware->variables = g_strdup (string_at (object, AT ("mapping", "nvram-template", "filename")));
  firmware->variables_format
      = g_strdup (string_at (object, AT ("mapping", "nvram-template", "format")));
  if (firmware->code && firmware->code_format && firmware->variables && firmware->variables_format
      && g_file_test (firmware->code, G_FILE_TEST_EXISTS)
      && g_file_test (firmware->variables, G_FILE_TEST_EXISTS))
    return TRUE;
  tpl_firmware_clear (firmware);
  return FALSE;
}

gboolean
tpl_firmware_find (const char *root, TplFirmware *firmware)
{
  g_autoptr (GPtrArray) names = descriptor_names (root);
  for (guint i = 0; i < names->len; i++)
    for (size_t j = 0; j < G_N_ELEMENTS (folders); j++) {
      g_autofree char *folder = g_strconcat (root, folders[j], NULL);
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      if (read_descriptor (path, firmware))
        return TRUE;
      break;
    }
  return FALSE;
}
