/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch's journal, and what a tpl-shrink prints: read or refused, and a record that was read is
 * written as one line that reads as the same. */
#include "batch/event.h"
#include "batch/record.h"
#include "fuzz.h"

#include <string.h>

static void
check_records (const GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++) {
    g_autofree char *line = tpl_batch_record_to_line (records->pdata[i]);
    gsize length_read = 0;
    g_autoptr (GPtrArray) again = tpl_batch_records_read (line, strlen (line), &length_read, NULL);
    FUZZ_ASSERT (again != NULL && again->len == 1 && length_read == strlen (line));
    FUZZ_ASSERT (tpl_value_equal (&tpl_batch_record_type, again->pdata[0], records->pdata[i]));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GStringChunk) owner = g_string_chunk_new (256);
  g_autoptr (GError) error = NULL;
  TplBatchResult result = {0};
  TplEvent event;
  gsize length_read = 0;
  g_autoptr (GPtrArray) records =
      tpl_batch_records_read (text, strlen (text), &length_read, &error);
  FUZZ_ASSERT ((records == NULL) == (error != NULL));
  FUZZ_ASSERT (records == NULL || length_read <= size);
  if (records != NULL)
    check_records (records);
  tpl_batch_line_read (text, strlen (text), owner, &event, &result);
  tpl_batch_result_clear (&result);
  return 0;
}
