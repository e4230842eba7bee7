/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/record.h"

#include "error.h"
#include "json/value-json.h"

#include <string.h>

static const TplField record_fields[] = {
    TPL_STRING (TplBatchRecord, kind),
    TPL_UINT (TplBatchRecord, time),
    TPL_STRING (TplBatchRecord, job),
    TPL_LIST (TplBatchRecord, jobs, &tpl_batch_job_type),
    TPL_VALUE (TplBatchRecord, source, &tpl_batch_disk_type),
    TPL_VALUE (TplBatchRecord, target, &tpl_batch_disk_type),
    TPL_UINT (TplBatchRecord, attempt),
    TPL_UINT (TplBatchRecord, status),
    TPL_STRING (TplBatchRecord, message),
    TPL_UINT (TplBatchRecord, milliseconds),
    TPL_UINT (TplBatchRecord, source_bytes),
    TPL_UINT (TplBatchRecord, target_bytes),
    {0},
};
const TplType tpl_batch_record_type = {"record", sizeof (TplBatchRecord), record_fields};

static const char *const kinds[] = {TPL_RECORD_BATCH, TPL_RECORD_START, TPL_RECORD_WORK,
                                    TPL_RECORD_END,   TPL_RECORD_STOP,  NULL};

TplBatchRecord *
tpl_batch_record_new (const char *kind)
{
  TplBatchRecord *record = tpl_value_new (&tpl_batch_record_type);
  record->kind = g_strdup (kind);
  record->time = (guint64)(g_get_real_time () / G_USEC_PER_SEC);
  return record;
}

void
tpl_batch_record_free (TplBatchRecord *record)
{
  tpl_value_free (&tpl_batch_record_type, record);
}

char *
tpl_batch_record_to_line (const TplBatchRecord *record)
{
  g_autoptr (JsonNode) node = tpl_value_to_json (&tpl_batch_record_type, record);
  g_autofree char *text = json_to_string (node, FALSE);
  return g_strconcat (text, "\n", NULL);
}

static gboolean
is_complete (const TplBatchRecord *record)
{
  if (record->kind == NULL || !g_strv_contains (kinds, record->kind))
    return FALSE;
  for (guint i = 0; i < record->jobs->len; i++) {
    const TplBatchJob *job = record->jobs->pdata[i];
    if (!tpl_batch_job_check (job, NULL))
      return FALSE;
  }
  gboolean of_all =
      strcmp (record->kind, TPL_RECORD_BATCH) == 0 || strcmp (record->kind, TPL_RECORD_STOP) == 0;
  return of_all || record->job != NULL;
}

static TplBatchRecord *
read_line (const char *line, gsize length, GError **error)
{
  g_autoptr (TplBatchRecord) record =
      tpl_value_from_json_text (&tpl_batch_record_type, line, (gssize)length, error);
  if (record == NULL)
    return NULL;
  if (is_complete (record))
    return g_steal_pointer (&record);
  tpl_fail (error, TPL_ERROR_FAILED, "a record of no known kind, or not all of one");
  return NULL;
}

/* What is no whole line: behind records, one that was being written. All that there is must look
 * like a record's beginning, or else it is another file, which nobody should shorten. */
static gboolean
is_torn_record (const char *text, gsize length, gboolean is_first)
{
  static const char beginning[] = "{\"kind\":\"" TPL_RECORD_BATCH;
  return !is_first || memcmp (text, beginning, MIN (length, strlen (beginning))) == 0;
}

GPtrArray *
tpl_batch_records_read (const char *text, gsize length, gsize *length_read, GError **error)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_record_free);
  const char *line = text, *end = text + length, *newline;
  while (line < end && (newline = memchr (line, '\n', (gsize)(end - line))) != NULL) {
    TplBatchRecord *record = read_line (line, (gsize)(newline - line), error);
    if (record == NULL) {
      g_prefix_error (error, "line %u: ", records->len + 1);
      return NULL;
    }
    g_ptr_array_add (records, record);
    line = newline + 1;
  }
  *length_read = (gsize)(line - text);
  if (line < end && !is_torn_record (line, (gsize)(end - line), records->len == 0)) {
    tpl_fail (error, TPL_ERROR_FAILED, "line 1: no record");
    return NULL;
  }
  return g_steal_pointer (&records);
}
