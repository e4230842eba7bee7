/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <string.h>

static gpointer
read_layout (const char *text, GError **error)
{
  return tpl_value_from_json_text (&tpl_layout_type, text, -1, error);
}

static void
test_text_is_pinned (void)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_autofree char *text = NULL;

  volume->id = g_strdup ("part:1");
  volume->type = g_strdup ("xfs");
  volume->size_bytes = G_GUINT64_CONSTANT (9007199254740992);
  volume->used_bytes = G_GUINT64_CONSTANT (9007199254740993);
  volume->label = g_strdup ("b\xf8o");
  tpl_volume_set_fact (volume, "crc", 1);
  tpl_volume_set_fact (volume, "agcount", 4);
  text = tpl_value_to_json_text (&tpl_volume_type, volume);
  g_assert_cmpstr (text, ==,
                   "{\n"
                   "  \"id\" : \"part:1\",\n"
                   "  \"type\" : \"xfs\",\n"
                   "  \"uuid\" : null,\n"
                   "  \"label\" : {\n"
                   "    \"base64\" : \"Yvhv\"\n"
                   "  },\n"
                   "  \"mountpoint\" : null,\n"
                   "  \"size_bytes\" : 9007199254740992,\n"
                   "  \"used_bytes\" : \"9007199254740993\",\n"
                   "  \"free_bytes\" : 0,\n"
                   "  \"facts\" : {\n"
                   "    \"crc\" : 1,\n"
                   "    \"agcount\" : 4\n"
                   "  }\n"
                   "}\n");
  tpl_value_free (&tpl_volume_type, volume);
}

static void
test_round_trip (void)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  TplLayout *read;

  layout->size_bytes = G_MAXUINT64;
  layout->table = g_strdup ("gpt");
  partition->name = g_strdup ("quote \" tab \t snowman \xe2\x98\x83 del \x7f");
  partition->attributes = G_MAXINT64;
  partition->bootable = TRUE;
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->label = g_strdup ("\xff\xfe");
  partition->volume->uuid = g_strdup ("");
  tpl_volume_set_fact (partition->volume, "odd \"name\"", G_MAXUINT64);
  g_ptr_array_add (layout->partitions, partition);
  text = tpl_value_to_json_text (&tpl_layout_type, layout);
  read = read_layout (text, &error);
  g_assert_no_error (error);
  g_assert_true (tpl_value_equal (&tpl_layout_type, layout, read));
  tpl_value_free (&tpl_layout_type, layout);
  tpl_value_free (&tpl_layout_type, read);
}

static void
test_absent_is_empty (void)
{
  g_autoptr (GError) error = NULL;
  TplLayout *layout = read_layout ("{ \"table\": null, \"size_bytes\": \"5\" }", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (layout->size_bytes, ==, 5);
  g_assert_null (layout->table);
  g_assert_cmpuint (layout->partitions->len, ==, 0);
  tpl_value_free (&tpl_layout_type, layout);
}

static void
test_errors_say_where (void)
{
  static const struct {
    const char *text;
    const char *says;
  } cases[] = {
      {"{\"sise_bytes\": 1}", "sise_bytes: no such member"},
      {"{\"partitions\": [{}, {\"number\": \"x\"}]}", "partitions[1].number: a string that"},
      {"{\"partitions\": [{\"volume\": {\"facts\": {\"crc\": true}}}]}",
       "partitions[0].volume.facts.crc: not an integer"},
      {"{\"partitions\": [{\"volume\": {\"facts\": [1]}}]}",
       "partitions[0].volume.facts: not an object"},
      {"{\"size_bytes\": -1}", "size_bytes: a number below 0"},
      {"{\"size_bytes\": 1.5}", "size_bytes: not an integer"},
      {"{\"size_bytes\": 9223372036854775808}", "size_bytes: a number below 0, or above 2^63 - 1"},
      {"{\"size_bytes\": 99999999999999999999999}", "size_bytes: a number below 0, or above"},
      {"{\"size_bytes\": \"18446744073709551616\"}", "size_bytes: a string that is not a number"},
      {"{\"size_bytes\": \"-1\"}", "size_bytes: a string that is not a number"},
      {"{\"size_bytes\": \"\"}", "size_bytes: a string that is not a number"},
      {"{\"size_bytes\": null}", "size_bytes: not an integer"},
      {"{\"table\": 1}", "table: not a string"},
      {"{\"table\": {\"base64\": 1}}", "table: not a string, nor an object"},
      {"{\"table\": {\"base64\": \"\", \"x\": 1}}", "table: not a string, nor an object"},
      {"{\"partitions\": {}}", "partitions: not an array"},
      {"{\"partitions\": [null]}", "partitions[0]: null in a list"},
      {"{\"partitions\": [{\"bootable\": 1}]}", "partitions[0].bootable: not true or false"},
      {"{\"partitions\": [{\"volume\": []}]}", "partitions[0].volume: not an object"},
      {"[]", "(top): not an object"},
      {"null", "(top): not an object"},
      {"{} {}", "(top): something follows"},
      {"var x = {}", "(top): not an object"},
      {"{\"table\": \"[[}\\\"\"]", "JSON: "},
      {"", "there is no text"},
      {" \n", "there is no text"},
      {"{", "JSON: "},
      {"\xff", "(top): not UTF-8"},
      {"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deeply"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    gpointer value = read_layout (cases[i].text, &error);

    g_test_message ("case %u: %s", i, error != NULL ? error->message : "no error");
    g_assert_null (value);
    g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    g_assert_null (read_layout (cases[i].text, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value-json/text-is-pinned", test_text_is_pinned);
  g_test_add_func ("/value-json/round-trip", test_round_trip);
  g_test_add_func ("/value-json/absent-is-empty", test_absent_is_empty);
  g_test_add_func ("/value-json/errors-say-where", test_errors_say_where);
  return g_test_run ();
}
