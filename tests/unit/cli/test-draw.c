/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawings and tables. Each file golden/SAMPLE.WIDTH.CHARSET.txt is what --plan prints of a sample;
 * a new file is a new test. TPL_UPDATE_GOLDEN=1 writes them anew: look at the difference.
 */
#include "cli/draw.h"
#include "cli/host-report.h"
#include "cli/summary.h"
#include "sample-plan.h"
#include "tpl-shrink.h"
#include "json/value-json.h"

#include <stdlib.h>
#include <string.h>

static void
plan_free (gpointer plan)
{
  tpl_value_free (&tpl_plan_type, plan);
}

static void
test_golden (gconstpointer data)
{
  const char *name = data;
  g_auto (GStrv) parts = g_strsplit (name, ".", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 4);
  g_autofree char *path = g_build_filename (g_getenv ("GOLDEN"), name, NULL);
  CliCharset charset = strcmp (parts[2], "utf8") == 0 ? CLI_UTF8 : CLI_ASCII;
  TplPlan *plan = sample_plan_new (parts[0]);
  g_assert_nonnull (plan);
  g_autofree char *text = cli_plan_text (plan, "/dev/os/tpl", charset, atoi (parts[1]));
  plan_free (plan);

  if (g_getenv ("TPL_UPDATE_GOLDEN") != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_autofree char *wanted = NULL;
  g_assert_true (g_file_get_contents (path, &wanted, NULL, NULL));
  g_assert_cmpstr (text, ==, wanted);
}

/* What may not be in any output, and lines that are too long: `columns` 0 is for no limit. */
static void
check_lines (const char *text, int columns, CliCharset charset)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_str_has_suffix (text, "\n"));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_assert_true (columns == 0 || cli_columns (lines[i]) <= columns);
    for (const char *p = lines[i]; *p != '\0'; p = g_utf8_next_char (p)) {
      g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
      g_assert_true (charset == CLI_UTF8 || (guchar)*p < 0x80);
    }
  }
}

/* At any width: a picture is as wide as it may be, its right border is straight. */
static void
test_any_width (void)
{
  for (guint i = 0; sample_plan_names[i] != NULL; i++) {
    TplPlan *plan = sample_plan_new (sample_plan_names[i]);
    const TplLayout *disk = plan->before->layout;
    g_autoptr (GHashTable) keys = cli_draw_keys (disk);
    for (int columns = 80; columns <= 200; columns++)
      for (int charset = CLI_ASCII; charset <= CLI_UTF8; charset++) {
        g_autofree char *picture =
            cli_draw_layout (disk, keys, disk->size_bytes, columns, (CliCharset)charset);
        check_lines (picture, columns, (CliCharset)charset);
        g_auto (GStrv) lines = g_strsplit (picture, "\n", -1);
        for (guint j = 0; lines[j][0] != '\0'; j++)
          g_assert_cmpint (cli_columns (lines[j]), ==, columns);
        g_autofree char *text = cli_plan_text (plan, NULL, (CliCharset)charset, columns);
        check_lines (text, columns, (CliCharset)charset);
      }
    for (int columns = -1; columns < 80; columns++) { /* too narrow: still drawn */
      g_autofree char *text = cli_plan_text (plan, NULL, CLI_ASCII, columns);
      check_lines (text, 0, CLI_ASCII);
    }
    plan_free (plan);
  }
}

/* The plans that the planner makes of fixtures/plans, all of them. */
static void
test_real_plan (gconstpointer data)
{
  const char *path = data;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  TplPlan *plan = tpl_value_from_json_text (&tpl_plan_type, json, -1, &error);
  g_assert_no_error (error);
  for (int charset = CLI_ASCII; charset <= CLI_UTF8; charset++)
    for (int columns = 80; columns < 140; columns++) {
      g_autofree char *text = cli_plan_text (plan, "tpl.img", (CliCharset)charset, columns);
      check_lines (text, columns, (CliCharset)charset);
      g_assert_null (strchr (text, '?')); /* every volume has a key */
    }
  plan_free (plan);
}

/* Half the disk gives half the picture. */
static void
test_scale (void)
{
  TplPlan *plan = sample_plan_new ("efi");
  TplLayout *disk = plan->before->layout;
  g_autoptr (GHashTable) keys = cli_draw_keys (disk);
  g_autofree char *picture = cli_draw_layout (disk, keys, disk->size_bytes * 2, 101, CLI_ASCII);
  g_assert_cmpint ((int)(strchr (picture, '\n') - picture), ==, 51);
  plan_free (plan);
}

/* A disk that is odd, but must not make the program fall over. */
static void
test_odd_disks (void)
{
  TplLayout *disk = tpl_value_new (&tpl_layout_type);
  g_autoptr (GHashTable) keys = cli_draw_keys (disk);
  g_autofree char *nothing = cli_draw_layout (disk, keys, 0, 80, CLI_UTF8);
  check_lines (nothing, 80, CLI_UTF8);

  disk->size_bytes = G_MAXUINT64; /* sizes that do not add up */
  for (int i = 0; i < 3; i++) {
    TplPartition *partition = tpl_value_new (&tpl_partition_type);
    partition->start_bytes = i == 2 ? 5 : G_MAXUINT64 - 7;
    partition->end_bytes = i == 1 ? 0 : G_MAXUINT64;
    partition->number = G_MAXUINT64;
    g_ptr_array_add (disk->partitions, partition);
  }
  g_autofree char *picture = cli_draw_layout (disk, keys, 1, 80, CLI_UTF8);
  check_lines (picture, 0, CLI_UTF8);
  tpl_value_free (&tpl_layout_type, disk);
}

static void
test_run_text (void)
{
  TplPlan *plan = sample_plan_new ("template");
  g_autofree char *text = cli_run_text (plan, "t\033pl.img", "none", 72.4, CLI_UTF8, 80);
  check_lines (text, 80, CLI_UTF8);
  g_assert_nonnull (strstr (text, "t\\x1bpl.img: 1.13 GiB instead of 5 GiB (77% less), made in "
                                  "1 min 12 s\n"));
  g_assert_nonnull (strstr (text, "tpl/root"));
  plan_free (plan);
}

static void
test_host_report (void)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (TplHostItem));
  const TplHostItem rows[] = {{"mkfs.xfs", "makes XFS filesystems", FALSE, TRUE, "xfsprogs"},
                              {"/dev/kvm", "why\033 \"not\"", FALSE, FALSE, NULL},
                              {"lvm", "makes volume groups", TRUE, TRUE, "lvm2"}};
  g_array_append_vals (items, rows, G_N_ELEMENTS (rows));
  g_assert_false (cli_host_is_ready (items));
  g_autofree char *text = cli_host_report (items, "apt-get install xfsprogs", CLI_ASCII, 60);
  g_assert_cmpstr (text, ==,
                   "MISSING  mkfs.xfs  makes XFS filesystems (xfsprogs)\n"
                   "absent   /dev/kvm  why\\x1b \"not\"\n"
                   "found    lvm       makes volume groups\n"
                   "\nThis host lacks what is marked MISSING.\n"
                   "Get what is not there with:\n\n  apt-get install xfsprogs\n");
  g_autofree char *json = cli_host_report_json (items, NULL);
  g_assert_true (g_str_has_prefix (json, "{\"ready\":false,\"remedy\":null,\"items\":[{\"what\":"
                                         "\"mkfs.xfs\",\"why\":\"makes XFS filesystems\","));
  g_assert_nonnull (strstr (json, "\"why\":\"why\\u001b \\\"not\\\"\""));
  g_array_index (items, TplHostItem, 0).found = TRUE;
  g_assert_true (cli_host_is_ready (items)); /* what is optional may lack */
  g_array_unref (items);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GDir) golden = g_dir_open (g_getenv ("GOLDEN"), 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; (name = g_dir_read_name (golden)) != NULL;) {
    g_autofree char *path = g_strconcat ("/draw/golden/", name, NULL);
    g_ptr_array_add (names, g_strdup (name));
    g_test_add_data_func (path, names->pdata[names->len - 1], test_golden);
  }
  g_assert_cmpuint (names->len, >, 0);
  g_autoptr (GDir) plans = g_dir_open (g_getenv ("PLANS"), 0, NULL);
  for (const char *name; (name = g_dir_read_name (plans)) != NULL;) {
    g_autofree char *path = g_build_filename (g_getenv ("PLANS"), name, "plan.json", NULL);
    g_autofree char *test = g_strconcat ("/draw/real/", name, NULL);
    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      continue; /* one that is refused has no plan */
    g_ptr_array_add (names, g_strdup (path));
    g_test_add_data_func (test, names->pdata[names->len - 1], test_real_plan);
  }
  g_test_add_func ("/draw/any-width", test_any_width);
  g_test_add_func ("/draw/scale", test_scale);
  g_test_add_func ("/draw/odd-disks", test_odd_disks);
  g_test_add_func ("/draw/run-text", test_run_text);
  g_test_add_func ("/draw/host-report", test_host_report);
  return g_test_run ();
}
