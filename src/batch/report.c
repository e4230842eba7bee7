/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/report.h"

#include <json-glib/json-glib.h>

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  json_builder_set_member_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)MIN (number, G_MAXINT64));
}

static void
add_seconds (JsonBuilder *builder, const char *name, double seconds)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, (double)(gint64)(seconds * 1000 + 0.5) / 1000);
}

static void
add_job (JsonBuilder *builder, const TplBatchWork *work)
{
  json_builder_begin_object (builder);
  add_number (builder, "job", work->job->number);
  add_text (builder, "source", work->job->source);
  add_text (builder, "target", work->job->target);
  add_text (builder, "state", tpl_work_state_name (work->state));
  json_builder_set_member_name (builder, "was_done");
  json_builder_add_boolean_value (builder, work->was_done);
  json_builder_set_member_name (builder, "status");
  if (work->status >= 0)
    json_builder_add_int_value (builder, work->status);
  else
    json_builder_add_null_value (builder);
  add_text (builder, "message", work->message);
  add_number (builder, "attempts", work->attempts);
  add_number (builder, "source_bytes", work->source_bytes);
  add_number (builder, "target_bytes", work->target_bytes);
  add_seconds (builder, "seconds", work->seconds);
  json_builder_end_object (builder);
}

char *
tpl_batch_report_json (const TplBatch *batch, double seconds)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_number (builder, "format", 1);
  add_number (builder, "status", (guint64)tpl_batch_status (batch));
  add_seconds (builder, "seconds", seconds);
  json_builder_set_member_name (builder, "counts");
  json_builder_begin_object (builder);
  for (TplWorkState state = 0; state < TPL_WORK_STATES; state++)
    add_number (builder, tpl_work_state_name (state), tpl_batch_count (batch, state));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "jobs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < batch->works->len; i++)
    add_job (builder, batch->works->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}

/* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF. */
static char *
to_xml (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) allowed = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    gboolean is_allowed = c == '\n' || c == '\t' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
    g_string_append_unichar (allowed, is_allowed ? c : 0xFFFD);
  }
  return g_markup_escape_text (allowed->str, -1);
}

static void
append_case (GString *text, const TplBatchWork *work)
{
  char time[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *source = to_xml (work->job->source);
  g_autofree char *target = to_xml (work->job->target);
  g_autofree char *message = to_xml (work->message != NULL ? work->message : "");
  const char *state = tpl_work_state_name (work->state);
  g_string_append_printf (
      text, "    <testcase classname=\"tpl-batch\" name=\"%s to %s\" time=\"%s\"", source, target,
      g_ascii_formatd (time, sizeof time, "%.3f", work->seconds));
  switch (work->state) {
  case TPL_WORK_DONE:
    g_string_append (text, "/>\n");
    return;
  case TPL_WORK_REFUSED:
  case TPL_WORK_FAILED:
    g_string_append_printf (text,
                            ">\n      <failure type=\"%s\" message=\"%s\">status %d: %s</failure>\n"
                            "    </testcase>\n",
                            state, message, work->status, message);
    return;
  default:
    g_string_append_printf (text, ">\n      <skipped message=\"%s%s%s\"/>\n    </testcase>\n",
                            state, message[0] != '\0' ? ": " : "", message);
  }
}

char *
tpl_batch_report_junit (const TplBatch *batch, double seconds)
{
  char time[G_ASCII_DTOSTR_BUF_SIZE];
  guint failures =
      tpl_batch_count (batch, TPL_WORK_REFUSED) + tpl_batch_count (batch, TPL_WORK_FAILED);
  guint done = tpl_batch_count (batch, TPL_WORK_DONE);
  GString *text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  g_string_append_printf (text,
                          "<testsuites>\n  <testsuite name=\"tpl-batch\" tests=\"%u\" "
                          "failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"%s\">\n",
                          batch->works->len, failures, batch->works->len - failures - done,
                          g_ascii_formatd (time, sizeof time, "%.3f", seconds));
  for (guint i = 0; i < batch->works->len; i++)
    append_case (text, batch->works->pdata[i]);
  g_string_append (text, "  </testsuite>\n</testsuites>\n");
  return g_string_free (text, FALSE);
}
