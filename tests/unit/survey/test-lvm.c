/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LVM's metadata as text: groups, their volumes' types and places, and what is damaged. */
#include <string.h>

#include "plan/size.h"
#include "survey/lvm-group.h"
#include "survey/lvm-text.h"

#define PV_UUID "pv-0"

typedef struct {
  TplLayout *layout;
  GPtrArray *places;
  GError *error;
} Read;

static Read
read_group (const char *volumes, const char *more_pvs)
{
  g_autofree char *text = g_strdup_printf (
      "# a comment\nos {\nid = \"vg-id\"\nextent_size = 8192\nphysical_volumes {\npv0 {\n"
      "id = \"" PV_UUID "\"\npe_start = 2048\npe_count = 1000\n}\n%s}\nlogical_volumes {\n%s}\n}\n"
      "contents = \"Text Format Volume Group\"\nversion = 1\n",
      more_pvs, volumes);
  Read read = { tpl_value_new (&tpl_layout_type),
                g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_lvm_place_free), NULL };
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup ("part:2");
  partition->volume->uuid = g_strdup (PV_UUID);
  g_ptr_array_add (read.layout->partitions, partition);
  gboolean done = tpl_lvm_group_add (text, strlen (text), partition->volume, read.layout,
                                     read.places, &read.error);
  g_assert_true (done == (read.error == NULL));
  return read;
}

static void
forget (Read *read)
{
  tpl_value_free (&tpl_layout_type, read->layout);
  g_ptr_array_unref (read->places);
  g_clear_error (&read->error);
}

static const TplLogicalVolume *
volume_at (const Read *read, guint i)
{
  const TplVolumeGroup *group = read->layout->volume_groups->pdata[0];
  return group->logical_volumes->pdata[i];
}

#define SEGMENT(n, start, count, rest) \
  "segment" #n " {\nstart_extent = " #start "\nextent_count = " #count "\n" rest "}\n"
#define LINEAR(pv, first) "type = \"striped\"\nstripe_count = 1\nstripes = [\"" pv "\", " #first "]\n"
#define VOLUME(name, rest) name " {\nid = \"x\"\nstatus = [\"READ\", \"VISIBLE\"]\n" rest "}\n"

static void
test_linear (void)
{
  Read read = read_group (VOLUME ("root", SEGMENT (1, 0, 10, LINEAR ("pv0", 5))
                                              SEGMENT (2, 10, 3, LINEAR ("pv0", 900))),
                          "");
  g_assert_no_error (read.error);
  const TplVolumeGroup *group = read.layout->volume_groups->pdata[0];
  g_assert_cmpstr (group->name, ==, "os");
  g_assert_cmpuint (group->extent_bytes, ==, 4 * TPL_MIB);
  g_assert_cmpuint (group->pe_start_bytes, ==, TPL_MIB);
  g_assert_cmpuint (group->pv_count, ==, 1);
  g_assert_cmpstr (volume_at (&read, 0)->segment_type, ==, "linear");
  g_assert_cmpstr (volume_at (&read, 0)->volume->id, ==, "lv:os/root");
  g_assert_cmpuint (volume_at (&read, 0)->volume->size_bytes, ==, 52 * TPL_MIB);
  const TplLvmPlace *place = read.places->pdata[0];
  const TplDiskPiece *pieces = (const TplDiskPiece *)(void *)place->pieces->data;
  g_assert_cmpuint (place->pieces->len, ==, 2);
  g_assert_cmpuint (pieces[0].start_bytes, ==, 21 * TPL_MIB);
  g_assert_cmpuint (pieces[0].size_bytes, ==, 40 * TPL_MIB);
  g_assert_cmpuint (pieces[1].start_bytes, ==, 3601 * TPL_MIB);
  forget (&read);
}

/* What is not linear says so, what is hidden is left out. */
static void
test_types (void)
{
  Read read = read_group (
      VOLUME ("a", SEGMENT (1, 0, 1, "type = \"striped\"\nstripe_count = 2\n"))
      VOLUME ("b", SEGMENT (1, 0, 1, "type = \"thin-pool\"\n"))
      VOLUME ("c", SEGMENT (1, 0, 1, LINEAR ("pv0", 0)) SEGMENT (2, 1, 1, "type = \"raid1\"\n"))
      VOLUME ("d", SEGMENT (1, 0, 1, LINEAR ("pv0", 7)))
      "snapshot0 {\nstatus = [\"READ\"]\n"
      SEGMENT (1, 0, 1, "type = \"snapshot\"\norigin = \"c\"\ncow_store = \"d\"\n") "}\n",
      "");
  static const char *const types[] = { "striped", "thin-pool", "raid1", "snapshot" };
  g_assert_no_error (read.error);
  const TplVolumeGroup *group = read.layout->volume_groups->pdata[0];
  g_assert_cmpuint (group->logical_volumes->len, ==, G_N_ELEMENTS (types));
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    g_assert_cmpstr (volume_at (&read, i)->segment_type, ==, types[i]);
  forget (&read);
}

static void
assert_refused (const char *volumes, const char *more_pvs, const char *because)
{
  Read read = read_group (volumes, more_pvs);
  g_assert_error (read.error, TPL_ERROR, TPL_ERROR_REFUSED);
  if (!strstr (read.error->message, because))
    g_error ("\"%s\" does not say \"%s\"", read.error->message, because);
  forget (&read);
}

static void
test_refused (void)
{
  assert_refused ("", "pv1 {\nid = \"elsewhere\"\npe_start = 2048\npe_count = 10\n}\n",
                  "on other disks");
  assert_refused (VOLUME ("a", SEGMENT (1, 0, 10, LINEAR ("pv0", 995))), "", "last extent");
  assert_refused (VOLUME ("a", SEGMENT (1, 3, 10, LINEAR ("pv0", 0))), "", "holes");
  assert_refused (VOLUME ("a", SEGMENT (1, 0, 9223372036854775807, LINEAR ("pv0", 1))), "",
                  "last extent");
  assert_refused (VOLUME ("../a", SEGMENT (1, 0, 1, LINEAR ("pv0", 0))), "", "name");
  assert_refused (VOLUME ("a", SEGMENT (1, 0, 1, "type = \"striped\"\nstripe_count = 1\n")), "",
                  "nowhere");
  assert_refused ("a = \"no end", "", "damaged");
}

static void
test_text (void)
{
  static const char text[] = "a = \"x\\\"y\\\\\" # rest\nb=[1 , \"two\",]\nc { d = 18446744073709551615\n"
                             "e = 1.5 f = -2 }";
  static const char *const damaged[] = { "a", "a =", "{", "}", "a = [1", "a = [1 2]", "a {", "= 1" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TplLvmNode) node = tpl_lvm_text_parse (text, strlen (text), &error);
  guint64 number = 0;
  g_assert_no_error (error);
  g_assert_cmpstr (tpl_lvm_string (node, "a"), ==, "x\"y\\");
  g_assert_true (tpl_lvm_has (node, "b", "two"));
  g_assert_true (tpl_lvm_value_number (tpl_lvm_item (node, "b", 0), &number));
  g_assert_cmpuint (number, ==, 1);
  g_assert_null (tpl_lvm_item (node, "b", 2));
  g_assert_false (tpl_lvm_number (tpl_lvm_member (node, "c"), "d", &number));
  g_assert_false (tpl_lvm_number (tpl_lvm_member (node, "c"), "f", &number));
  for (size_t i = 0; i < G_N_ELEMENTS (damaged); i++)
    g_assert_null (tpl_lvm_text_parse (damaged[i], strlen (damaged[i]), NULL));
}

/* Neither depth nor number brings the reader down. */
static void
test_bounds (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) many = g_string_new ("a = [");
  for (guint i = 0; i < 300000; i++) {
    g_string_append (deep, "a {");
    g_string_append (many, "1,");
  }
  g_assert_null (tpl_lvm_text_parse (deep->str, deep->len, NULL));
  g_string_append_c (many, ']');
  g_assert_null (tpl_lvm_text_parse (many->str, many->len, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/linear", test_linear);
  g_test_add_func ("/types", test_types);
  g_test_add_func ("/refused", test_refused);
  g_test_add_func ("/text", test_text);
  g_test_add_func ("/bounds", test_bounds);
  return g_test_run ();
}
