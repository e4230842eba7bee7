/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <string.h>

/* The deepest value that there is (plan, inventory, layout, group, volume) needs a dozen levels;
 * the parser uses the stack. */
#define DEPTH_MOST 32

/* Where the reader is, for messages: "after.partitions[1].number". */
typedef struct {
  GString *path;
  GError **error;
} Reader;

static gboolean read_value (Reader *reader, const TplType *type, JsonNode *node, gpointer *value);

static gboolean
fail (Reader *reader, const char *what)
{
  g_set_error (reader->error, TPL_ERROR, TPL_ERROR_FAILED, "JSON: %s: %s",
               reader->path->len > 0 ? reader->path->str : "(top)", what);
  return FALSE;
}

static gboolean
read_digits (Reader *reader, const char *digits, guint64 *number)
{
  if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT64, number, NULL))
    return fail (reader, "a string that is not a number from 0 to 2^64 - 1");
  return TRUE;
}

static gboolean
read_number (Reader *reader, JsonNode *node, guint64 *number)
{
  gint64 read;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return read_digits (reader, json_node_get_string (node), number);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail (reader, "not an integer");
  read = json_node_get_int (node);
  if (read < 0)
    return fail (reader, "a number below 0, or above 2^63 - 1 (write that as a string)");
  *number = (guint64)read;
  return TRUE;
}

static gboolean
read_bytes (Reader *reader, JsonNode *node, char **text)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *member = json_object_get_member (object, "base64");
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (json_object_get_size (object) != 1 || member == NULL || !JSON_NODE_HOLDS_VALUE (member) ||
      json_node_get_value_type (member) != G_TYPE_STRING)
    return fail (reader, "not a string, nor an object with \"base64\" alone");
  bytes = g_base64_decode (json_node_get_string (member), &length);
  *text = g_strndup ((const char *)bytes, length);
  return TRUE;
}

static gboolean
read_string (Reader *reader, JsonNode *node, char **text)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return read_bytes (reader, node, text);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return fail (reader, "not a string");
  *text = g_strdup (json_node_get_string (node));
  return TRUE;
}

static gboolean
read_bool (Reader *reader, JsonNode *node, gboolean *truth)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail (reader, "not true or false");
  *truth = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_facts (Reader *reader, JsonNode *node, GPtrArray *facts)
{
  const gsize length = reader->path->len;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (reader, "not an object");
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member)) {
    TplFact *fact = tpl_value_new (&tpl_fact_type);

    g_ptr_array_add (facts, fact);
    fact->name = g_strdup (name);
    g_string_append_printf (reader->path, ".%s", name);
    if (!read_number (reader, member, &fact->value))
      return FALSE;
    g_string_truncate (reader->path, length);
  }
  return TRUE;
}

static gboolean
read_list (Reader *reader, const TplType *type, JsonNode *node, GPtrArray *list)
{
  const gsize length = reader->path->len;
  JsonArray *array;

  if (type == &tpl_fact_type)
    return read_facts (reader, node, list);
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (reader, "not an array");
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    gpointer value = NULL;

    g_string_append_printf (reader->path, "[%u]", i);
    if (!read_value (reader, type, json_array_get_element (array, i), &value))
      return FALSE;
    if (value == NULL)
      return fail (reader, "null in a list");
    g_ptr_array_add (list, value);
    g_string_truncate (reader->path, length);
  }
  return TRUE;
}

static gboolean
read_field (Reader *reader, const TplField *field, JsonNode *node, void *at)
{
  switch (field->kind) {
  case TPL_FIELD_STRING:
    return read_string (reader, node, at);
  case TPL_FIELD_UINT:
    return read_number (reader, node, at);
  case TPL_FIELD_BOOL:
    return read_bool (reader, node, at);
  case TPL_FIELD_VALUE:
    return read_value (reader, field->type, node, at);
  case TPL_FIELD_LIST:
    return read_list (reader, field->type, node, *(GPtrArray **)at);
  default:
    g_assert_not_reached ();
  }
}

static const TplField *
find_field (const TplType *type, const char *name)
{
  for (const TplField *field = type->fields; field->name != NULL; field++) {
    if (strcmp (field->name, name) == 0)
      return field;
  }
  return NULL;
}

static gboolean
read_members (Reader *reader, const TplType *type, JsonObject *object, gpointer value)
{
  const gsize length = reader->path->len;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member)) {
    const TplField *field = find_field (type, name);

    g_string_append_printf (reader->path, length > 0 ? ".%s" : "%s", name);
    if (field == NULL)
      return fail (reader, "no such member");
    if (!read_field (reader, field, member, (char *)value + field->offset))
      return FALSE;
    g_string_truncate (reader->path, length);
  }
  return TRUE;
}

/* `*value` stays NULL for null. */
static gboolean
read_value (Reader *reader, const TplType *type, JsonNode *node, gpointer *value)
{
  gpointer made;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (reader, "not an object");
  made = tpl_value_new (type);
  if (!read_members (reader, type, json_node_get_object (node), made)) {
    tpl_value_free (type, made);
    return FALSE;
  }
  *value = made;
  return TRUE;
}

gpointer
tpl_value_from_json (const TplType *type, JsonNode *node, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  Reader reader = {.path = path, .error = error};
  gpointer value = NULL;

  if (!read_value (&reader, type, node, &value))
    return NULL;
  if (value == NULL)
    fail (&reader, "null");
  return value;
}

/* Whether the text is one object or array (by its bracket), and not nested deeper than DEPTH_MOST:
 * the parser recurses for every bracket without counting, and takes (and leaks) several objects,
 * and assignments. NULL if all is well. What else is wrong the parser finds. */
static const char *
check_shape (const char *text, gsize length, char bracket)
{
  gboolean in_string = FALSE;
  gboolean begun = FALSE;
  gsize depth = 0;

  for (gsize i = 0; i < length; i++) {
    const char c = text[i];

    if (depth == 0 && !g_ascii_isspace (c) && (begun || c != bracket))
      return begun ? "something follows the end" : bracket == '{' ? "not an object" : "not a list";
    if (in_string && c == '\\')
      i++;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '{' || c == '['))
      depth++;
    else if (!in_string && (c == '}' || c == ']'))
      depth--;
    begun = begun || depth > 0;
    if (depth > DEPTH_MOST)
      return "nested too deeply";
  }
  return begun ? NULL : "there is no text";
}

JsonNode *
tpl_json_parse (const char *text, gssize length, char bracket, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const gsize bytes = length < 0 ? strlen (text) : (gsize)length;
  const char *wrong;

  wrong = g_utf8_validate (text, (gssize)bytes, NULL) ? check_shape (text, bytes, bracket)
                                                      : "not UTF-8";
  if (wrong != NULL) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_FAILED, "JSON: (top): %s", wrong);
    return NULL;
  }
  if (!json_parser_load_from_data (parser, text, (gssize)bytes, error)) {
    if (error != NULL) {
      (*error)->domain = TPL_ERROR;
      (*error)->code = TPL_ERROR_FAILED;
    }
    g_prefix_error (error, "JSON: ");
    return NULL;
  }
  return json_parser_steal_root (parser);
}

const char *
tpl_json_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

guint64
tpl_json_bytes (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 bytes = node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                         json_node_get_value_type (node) == G_TYPE_INT64
                     ? json_node_get_int (node)
                     : 0;
  return bytes > 0 ? (guint64)bytes : 0;
}

gpointer
tpl_value_from_json_text (const TplType *type, const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) root = tpl_json_parse (text, length, '{', error);

  return root != NULL ? tpl_value_from_json (type, root, error) : NULL;
}
