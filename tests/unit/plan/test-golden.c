/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fixtures/plans/NAME/: inventory.json and options.json give plan.json, or an error whose code and
 * message are error.txt. Drop a folder in, gain a test. TPL_UPDATE_GOLDEN=1 writes what came out.
 */
#include "golden.h"
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <glib/gstdio.h>
#include <string.h>

static void
update (const char *directory, const char *file, const char *other, const char *text)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *other_path = g_build_filename (directory, other, NULL);

  g_remove (other_path);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
compare (const char *directory, const char *file, const char *text)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &expected, NULL, &error);
  if (error != NULL || strcmp (expected, text) != 0)
    g_test_message ("%s is not what came out (TPL_UPDATE_GOLDEN=1 writes it):\n%s", path, text);
  g_assert_no_error (error);
  g_assert_cmpstr (expected, ==, text);
}

/* A plan that was read is the plan that was written. */
static void
check_round_trip (const TplPlan *plan, const char *text)
{
  g_autoptr (GError) error = NULL;
  gpointer read = tpl_value_from_json_text (&tpl_plan_type, text, -1, &error);

  g_assert_no_error (error);
  g_assert_true (tpl_value_equal (&tpl_plan_type, plan, read));
  tpl_value_free (&tpl_plan_type, read);
}

static void
test_plan (gconstpointer data)
{
  const char *directory = data;
  TplInventory *inventory = golden_read (directory, "inventory.json", &tpl_inventory_type);
  TplPlanOptions *options = golden_read (directory, "options.json", &tpl_plan_options_type);
  g_autoptr (GError) error = NULL;
  TplPlan *plan = tpl_plan_new (inventory, options, golden_lookup, &error);
  const gboolean updating = g_getenv ("TPL_UPDATE_GOLDEN") != NULL;
  g_autofree char *text = NULL;

  if (plan != NULL) {
    text = tpl_plan_to_json (plan);
    check_round_trip (plan, text);
  } else {
    g_assert_true (error->domain == TPL_ERROR);
    text = g_strdup_printf ("%d %s\n", error->code, error->message);
  }
  if (updating)
    update (directory, plan != NULL ? "plan.json" : "error.txt",
            plan != NULL ? "error.txt" : "plan.json", text);
  compare (directory, plan != NULL ? "plan.json" : "error.txt", text);
  tpl_value_free (&tpl_plan_type, plan);
  tpl_value_free (&tpl_inventory_type, inventory);
  tpl_value_free (&tpl_plan_options_type, options);
}

static void
add_test (const char *directory, gconstpointer data)
{
  g_autofree char *name = g_path_get_basename (directory);
  g_autofree char *path = g_strdup_printf ("/golden/%s", name);

  (void)data;
  g_test_add_data_func_full (path, g_strdup (directory), test_plan, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpuint (golden_for_each (add_test, NULL), >, 0);
  return g_test_run ();
}
