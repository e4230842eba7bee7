/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <string.h>

/* Programs that read numbers as doubles are exact up to here. */
#define LARGEST_NUMBER (G_GUINT64_CONSTANT (1) << 53)

static JsonNode *
string_node (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return node;
}

static JsonNode *
write_string (const char *text)
{
  JsonObject *object;
  JsonNode *node;
  g_autofree char *encoded = NULL;

  if (text == NULL)
    return json_node_new (JSON_NODE_NULL);
  if (g_utf8_validate (text, -1, NULL))
    return string_node (text);
  encoded = g_base64_encode ((const guchar *)text, strlen (text));
  object = json_object_new ();
  json_object_set_string_member (object, "base64", encoded);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
write_number (guint64 number)
{
  g_autofree char *digits = NULL;
  JsonNode *node;

  if (number > LARGEST_NUMBER) {
    digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
    return string_node (digits);
  }
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_int (node, (gint64)number);
  return node;
}

static JsonNode *
write_bool (gboolean truth)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_boolean (node, truth);
  return node;
}

static JsonNode *
write_facts (const GPtrArray *facts)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; i < facts->len; i++) {
    const TplFact *fact = g_ptr_array_index (facts, i);

    json_object_set_member (object, fact->name, write_number (fact->value));
  }
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
write_list (const TplType *type, const GPtrArray *list)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < list->len; i++)
    json_array_add_element (array, tpl_value_to_json (type, g_ptr_array_index (list, i)));
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
write_field (const TplField *field, const void *at)
{
  switch (field->kind) {
  case TPL_FIELD_STRING:
    return write_string (*(char *const *)at);
  case TPL_FIELD_UINT:
    return write_number (*(const guint64 *)at);
  case TPL_FIELD_BOOL:
    return write_bool (*(const gboolean *)at);
  case TPL_FIELD_VALUE:
    return tpl_value_to_json (field->type, *(gpointer const *)at);
  case TPL_FIELD_LIST:
    if (field->type == &tpl_fact_type)
      return write_facts (*(GPtrArray *const *)at);
    return write_list (field->type, *(GPtrArray *const *)at);
  default:
    g_assert_not_reached ();
  }
}

JsonNode *
tpl_value_to_json (const TplType *type, gconstpointer value)
{
  JsonObject *object;
  JsonNode *node;

  if (value == NULL)
    return json_node_new (JSON_NODE_NULL);
  object = json_object_new ();
  for (const TplField *field = type->fields; field->name != NULL; field++)
    json_object_set_member (object, field->name,
                            write_field (field, (const char *)value + field->offset));
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

char *
tpl_value_to_json_text (const TplType *type, gconstpointer value)
{
  g_autoptr (JsonNode) node = tpl_value_to_json (type, value);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 2);
  text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}

char *
tpl_plan_to_json (const TplPlan *plan)
{
  return tpl_value_to_json_text (&tpl_plan_type, plan);
}
