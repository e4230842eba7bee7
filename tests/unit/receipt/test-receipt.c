/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/receipt.h"

#include "json/value-json.h"
#include "tpl-shrink.h"

#include <string.h>

static const char layout_text[]
    = "{\"size_bytes\": 1000, \"table\": \"msdos\", \"table_uuid\": \"12345678\","
      " \"partitions\": [{\"number\": 2, \"start_bytes\": 10, \"end_bytes\": 900,"
      "   \"volume\": {\"id\": \"part:2\", \"type\": \"LVM2_member\"}}],"
      " \"volume_groups\": [{\"name\": \"tpl\", \"uuid\": \"u\", \"logical_volumes\":"
      "   [{\"name\": \"root\", \"extents\": 5, \"volume\": {\"id\": \"lv:os/root\","
      "     \"type\": \"xfs\", \"uuid\": \"f00\", \"label\": null}}]}]}";

static TplLayout *
read_layout (void)
{
  g_autoptr (GError) error = NULL;
  TplLayout *layout
      = tpl_value_from_json_text (&tpl_layout_type, layout_text, -1, &error);
  g_assert_no_error (error);
  return layout;
}

static void
test_layouts (void)
{
  TplLayout *recorded = read_layout (), *found = read_layout ();
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (g_free);
  TplVolumeGroup *group = found->volume_groups->pdata[0];
  TplLogicalVolume *root = group->logical_volumes->pdata[0];
  found->size_bytes = 5000; /* a larger device is fine */
  g_free (root->volume->id);
  root->volume->id = g_strdup ("lv:tpl/root");
  tpl_receipt_compare_layouts (recorded, found, differences);
  g_assert_cmpuint (differences->len, ==, 0);
  g_assert_true (tpl_receipt_find_volume (recorded, found, "lv:os/root") == root->volume);
  g_assert_null (tpl_receipt_find_volume (recorded, found, "lv:os/usr"));

  g_free (root->volume->uuid);
  root->volume->uuid = g_strdup ("bad");
  ((TplPartition *)found->partitions->pdata[0])->end_bytes = 901;
  tpl_receipt_compare_layouts (recorded, found, differences);
  g_assert_cmpuint (differences->len, ==, 2);
  g_assert_cmpstr (differences->pdata[0], ==,
                   "partition 2: end: 900 in the receipt, 901 on the disk");
  g_assert_cmpstr (differences->pdata[1], ==,
                   "logical volume tpl/root: UUID: f00 in the receipt, bad on the disk");
  g_free (group->name);
  group->name = g_strdup ("other");
  g_assert_null (tpl_receipt_find_volume (recorded, found, "lv:os/root"));
  tpl_value_free (&tpl_layout_type, recorded);
  tpl_value_free (&tpl_layout_type, found);
}

static TplReceipt *
make_receipt (void)
{
  TplReceipt *receipt = tpl_value_new (&tpl_receipt_type);
  receipt->format = g_strdup (TPL_RECEIPT_FORMAT);
  receipt->verification = g_strdup ("full");
  receipt->target = tpl_value_new (&tpl_receipt_disk_type);
  receipt->target->path = g_strdup ("tpl\xff.img");
  receipt->plan = tpl_value_new (&tpl_plan_type);
  receipt->plan->after = read_layout ();
  receipt->plan->before = tpl_value_new (&tpl_inventory_type);
  receipt->plan->before->layout = read_layout ();
  receipt->manifest = tpl_value_new (&tpl_receipt_manifest_type);
  receipt->manifest->name = g_strdup ("r.json.files.gz");
  receipt->manifest->sha256 = g_strdup ("00");
  TplReceiptEdit *edit = tpl_value_new (&tpl_receipt_edit_type);
  edit->diff = g_strdup ("-old \xc3\n+new\n");
  g_ptr_array_add (receipt->edits, edit);
  return receipt;
}

static void
test_text (void)
{
  g_autoptr (GError) error = NULL;
  TplReceipt *receipt = make_receipt ();
  g_autofree char *text = tpl_value_to_json_text (&tpl_receipt_type, receipt);
  g_assert_true (tpl_receipt_is_one (text, strlen (text)));
  g_assert_false (tpl_receipt_is_one ("{}", 2));
  TplReceipt *again = tpl_receipt_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_true (tpl_value_equal (&tpl_receipt_type, receipt, again));
  tpl_value_free (&tpl_receipt_type, receipt);
  tpl_value_free (&tpl_receipt_type, again);
}

/* Refused with a reason, never believed by half. */
static void
test_damage (void)
{
  static const struct {
    const char *find, *replace;
  } cases[] = {
    { "receipt 1", "receipt 9" },   { "\"full\"", "\"half\"" },
    { "\"after\" : {", "\"after\" : null, \"x\" : {" },
    { "r.json.files.gz", "../r.gz" }, { "\"00\"", "null" },
    { "\"target\"", "\"tagret\"" }, { "\n}", "" },
  };
  TplReceipt *receipt = make_receipt ();
  g_autofree char *text = tpl_value_to_json_text (&tpl_receipt_type, receipt);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) parts = g_strsplit (text, cases[i].find, 2);
    g_assert_nonnull (parts[1]);
    g_autofree char *damaged = g_strjoinv (cases[i].replace, parts);
    g_assert_null (tpl_receipt_parse (damaged, strlen (damaged), &error));
    g_test_message ("%s", error->message);
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  }
  tpl_value_free (&tpl_receipt_type, receipt);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receipt/layouts", test_layouts);
  g_test_add_func ("/receipt/text", test_text);
  g_test_add_func ("/receipt/damage", test_damage);
  return g_test_run ();
}
