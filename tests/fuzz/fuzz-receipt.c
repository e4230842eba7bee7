/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receipt that anybody may have written, and two lines of a manifest. */
#include "fuzz.h"

#include "json/value-json.h"
#include "receipt/manifest-line.h"
#include "receipt/receipt.h"
#include "tpl-shrink.h"

#include <string.h>

static void
read_receipt (const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (g_free);
  TplReceipt *receipt = tpl_receipt_parse (text, size, &error);
  if (receipt == NULL) {
    FUZZ_ASSERT (error->domain == TPL_ERROR && error->code == TPL_ERROR_REFUSED);
    return;
  }
  const TplLayout *before = receipt->plan->before->layout, *after = receipt->plan->after;
  tpl_receipt_compare_layouts (after, after, differences);
  tpl_receipt_compare_layouts (after, before, differences);
  for (guint i = 0; i < receipt->volumes->len; i++)
    tpl_receipt_find_volume (after, before,
                             ((const TplReceiptVolume *)receipt->volumes->pdata[i])->id);
  tpl_value_free (&tpl_receipt_type, receipt);
}

static gboolean
holds (const char *text, size_t size, const TplManifestSpan *span)
{
  return span->text >= text && span->text + span->length <= text + size;
}

static void
read_lines (const char *text, size_t size)
{
  TplManifestLine a, b;
  const char *newline = memchr (text, '\n', size);
  size_t length = newline != NULL ? (size_t)(newline - text) : size;
  if (!tpl_manifest_line_parse (text, length, &a))
    return;
  FUZZ_ASSERT (holds (text, length, &a.key) && holds (text, length, &a.name)
               && holds (text, length, &a.state) && a.state.length > 0);
  FUZZ_ASSERT (tpl_manifest_line_order (&a, &a) == 0);
  FUZZ_ASSERT (tpl_manifest_line_difference (&a, &a) == NULL);
  if (newline == NULL || !tpl_manifest_line_parse (newline + 1, size - length - 1, &b))
    return;
  FUZZ_ASSERT ((tpl_manifest_line_order (&a, &b) < 0) == (tpl_manifest_line_order (&b, &a) > 0));
  g_free (tpl_manifest_line_difference (&a, &b));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_receipt ((const char *)data, size);
  read_lines ((const char *)data, size);
  return 0;
}
