/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON that anybody may have written: it is read or refused, what was read comes out again as it
 * was, and the planner plans it or says why not. For libFuzzer, or for fuzz-main.c, which runs a
 * corpus:
 *
 *   clang -fsanitize=fuzzer,address,undefined ... fuzz-plan-json.c
 */
#include "fs/fs-plan.h"
#include "plan/lvm-metadata.h"
#include "plan/plan.h"
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const TplFsTraits *
lookup (const char *type)
{
  if (strcmp (type, "xfs") == 0)
    return &tpl_xfs_traits;
  return strcmp (type, "swap") == 0 ? &tpl_swap_traits : NULL;
}

/* Reads, writes and reads again. The value is the caller's. */
static gpointer
read_twice (const TplType *type, const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  gpointer value = tpl_value_from_json_text (type, (const char *)data, (gssize)size, &error);
  g_autofree char *text = NULL;
  gpointer again;

  if (value == NULL) {
    g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
    return NULL;
  }
  text = tpl_value_to_json_text (type, value);
  again = tpl_value_from_json_text (type, text, -1, &error);
  g_assert_no_error (error);
  g_assert_true (tpl_value_equal (type, value, again));
  tpl_value_free (type, again);
  return value;
}

static void
write_metadata (const TplPlan *plan)
{
  for (guint i = 0; i < plan->after->volume_groups->len; i++) {
    g_autofree char *text =
        tpl_lvm_metadata (g_ptr_array_index (plan->after->volume_groups, i), 1 << 30, TRUE);

    g_assert_nonnull (text);
  }
}

static void
plan (const TplInventory *inventory, const char *swap, guint64 size_bytes)
{
  TplPlanOptions options = {
      .size_bytes = size_bytes,
      .headroom_bytes = TPL_HEADROOM_DEFAULT,
      .swap = (char *)swap,
      .vg_name = (char *)"tpl",
      .identity = (char *)"new",
      .seed = (char *)"fuzz",
  };
  g_autoptr (GError) error = NULL;
  TplPlan *made = tpl_plan_new (inventory, &options, lookup, &error);

  if (made == NULL)
    g_assert_true (error != NULL && error->domain == TPL_ERROR);
  else
    write_metadata (made);
  tpl_value_free (&tpl_plan_type, made);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TplInventory *inventory = read_twice (&tpl_inventory_type, data, size);
  TplPlan *read = read_twice (&tpl_plan_type, data, size);

  if (inventory != NULL) {
    plan (inventory, "minimal", 0);
    plan (inventory, "none", (guint64)1 << 43);
  }
  tpl_value_free (&tpl_inventory_type, inventory);
  tpl_value_free (&tpl_plan_type, read);
  return 0;
}
