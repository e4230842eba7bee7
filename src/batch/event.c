/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/event.h"

#include "json/value-json.h"

#include <string.h>

static const struct {
  const char *name;
  TplEventKind kind;
} kinds[] = {
    {"stage", TPL_EVENT_STAGE}, {"progress", TPL_EVENT_PROGRESS}, {"note", TPL_EVENT_NOTE},
    {"done", TPL_EVENT_DONE},   {"warning", TPL_EVENT_WARNING},   {"plan", TPL_EVENT_PLAN},
    {"debug", TPL_EVENT_DEBUG},
};

void
tpl_batch_result_clear (TplBatchResult *result)
{
  g_clear_pointer (&result->message, g_free);
}

static double
number_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  double number = node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                          json_node_get_value_type (node) != G_TYPE_STRING
                      ? json_node_get_double (node)
                      : 0;
  return number > 0 ? number : 0;
}

static void
read_result (JsonObject *object, TplBatchResult *result)
{
  guint64 status = tpl_json_bytes (object, "status");
  *result = (TplBatchResult){.status = status <= 255 ? (int)status : 255,
                             .message = g_strdup (tpl_json_text (object, "message")),
                             .source_bytes = tpl_json_bytes (object, "source_bytes"),
                             .target_bytes = tpl_json_bytes (object, "target_bytes"),
                             .seconds = number_member (object, "elapsed_seconds")};
}

static gboolean
read_event (JsonObject *object, const char *kind, GStringChunk *owner, TplEvent *event)
{
  const char *stage = tpl_json_text (object, "stage");
  const char *message = tpl_json_text (object, "message");
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (kinds[i].name, kind) != 0)
      continue;
    *event = (TplEvent){
        .kind = kinds[i].kind,
        .stage = g_string_chunk_insert (owner, stage != NULL ? stage : "tpl-shrink"),
        .message = message != NULL ? g_string_chunk_insert (owner, message) : NULL,
        .done_bytes = tpl_json_bytes (object, "done_bytes"),
        .total_bytes = tpl_json_bytes (object, "total_bytes"),
        .elapsed_seconds = number_member (object, "elapsed_seconds"),
    };
    return TRUE;
  }
  return FALSE;
}

TplBatchLine
tpl_batch_line_read (const char *line, gsize length, GStringChunk *owner, TplEvent *event,
                     TplBatchResult *result)
{
  g_autoptr (JsonNode) root = tpl_json_parse (line, (gssize)length, '{', NULL);
  if (root == NULL)
    return TPL_LINE_OTHER;
  JsonObject *object = json_node_get_object (root);
  const char *kind = tpl_json_text (object, "kind");
  if (kind == NULL)
    return TPL_LINE_OTHER;
  if (strcmp (kind, "result") == 0) {
    read_result (object, result);
    return TPL_LINE_RESULT;
  }
  return read_event (object, kind, owner, event) ? TPL_LINE_EVENT : TPL_LINE_OTHER;
}
