/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch-yaml.h"

#include "error.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MOST 8 /* a list of jobs with options has three */

static void
parser_clear (yaml_parser_t *parser)
{
  yaml_parser_delete (parser);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (yaml_parser_t, parser_clear)

static void
event_clear (yaml_event_t *event)
{
  yaml_event_delete (event);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (yaml_event_t, event_clear)

static gboolean
next (yaml_parser_t *parser, yaml_event_t *event, GError **error)
{
  if (yaml_parser_parse (parser, event) == 1)
    return TRUE;
  return tpl_fail (error, TPL_ERROR_USAGE, "it begins like YAML, but: line %zu: %s",
                   parser->problem_mark.line + 1,
                   parser->problem != NULL ? parser->problem : "it can't be read");
}

static JsonNode *
scalar (const yaml_event_t *event)
{
  const char *text = (const char *)event->data.scalar.value;
  gboolean is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (is_plain && (strcmp (text, "true") == 0 || strcmp (text, "false") == 0))
    return json_node_init_boolean (json_node_alloc (), text[0] == 't');
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *read_node (yaml_parser_t *parser, const yaml_event_t *event, int depth,
                            GError **error);

static JsonNode *
read_list (yaml_parser_t *parser, int depth, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  for (;;) {
    g_auto (yaml_event_t) event = {0};
    if (!next (parser, &event, error))
      return NULL;
    if (event.type == YAML_SEQUENCE_END_EVENT)
      return json_node_init_array (json_node_alloc (), array);
    JsonNode *node = read_node (parser, &event, depth, error);
    if (node == NULL)
      return NULL;
    json_array_add_element (array, node);
  }
}

static JsonNode *
read_mapping (yaml_parser_t *parser, int depth, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  for (;;) {
    g_auto (yaml_event_t) key = {0};
    g_auto (yaml_event_t) event = {0};
    if (!next (parser, &key, error))
      return NULL;
    if (key.type == YAML_MAPPING_END_EVENT)
      return json_node_init_object (json_node_alloc (), object);
    if (key.type != YAML_SCALAR_EVENT || !next (parser, &event, error)) {
      if (error != NULL && *error == NULL)
        tpl_fail (error, TPL_ERROR_USAGE, "line %zu: a name that is no plain text",
                  key.start_mark.line + 1);
      return NULL;
    }
    const char *name = (const char *)key.data.scalar.value;
    if (json_object_has_member (object, name)) {
      tpl_fail (error, TPL_ERROR_USAGE, "line %zu: \"%s\" for the second time",
                key.start_mark.line + 1, name);
      return NULL;
    }
    JsonNode *node = read_node (parser, &event, depth, error);
    if (node == NULL)
      return NULL;
    json_object_set_member (object, name, node);
  }
}

static JsonNode *
read_node (yaml_parser_t *parser, const yaml_event_t *event, int depth, GError **error)
{
  if (depth < DEPTH_MOST && event->type == YAML_SCALAR_EVENT)
    return scalar (event);
  if (depth < DEPTH_MOST && event->type == YAML_SEQUENCE_START_EVENT)
    return read_list (parser, depth + 1, error);
  if (depth < DEPTH_MOST && event->type == YAML_MAPPING_START_EVENT)
    return read_mapping (parser, depth + 1, error);
  tpl_fail (error, TPL_ERROR_USAGE,
            "line %zu: a list of jobs has no such thing (an alias, or nested too deeply)",
            event->start_mark.line + 1);
  return NULL;
}

/* What follows the one document: its end and the stream's. */
static gboolean
at_end (yaml_parser_t *parser, GError **error)
{
  for (;;) {
    g_auto (yaml_event_t) event = {0};
    if (!next (parser, &event, error))
      return FALSE;
    if (event.type == YAML_STREAM_END_EVENT)
      return TRUE;
    if (event.type != YAML_DOCUMENT_END_EVENT)
      return tpl_fail (error, TPL_ERROR_USAGE, "line %zu: a second document",
                       event.start_mark.line + 1);
  }
}

JsonNode *
cli_batch_yaml_parse (const char *text, GError **error)
{
  g_auto (yaml_parser_t) parser;
  if (yaml_parser_initialize (&parser) != 1) {
    tpl_fail (error, TPL_ERROR_FAILED, "making a YAML parser");
    return NULL;
  }
  yaml_parser_set_input_string (&parser, (const unsigned char *)text, strlen (text));
  for (;;) {
    g_auto (yaml_event_t) event = {0};
    if (!next (&parser, &event, error))
      return NULL;
    if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT)
      continue;
    g_autoptr (JsonNode) root = read_node (&parser, &event, 0, error);
    return root != NULL && at_end (&parser, error) ? g_steal_pointer (&root) : NULL;
  }
}
