/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's parts that need no process, and a child that does not heed SIGTERM. */
#include "batch/batch.h"
#include "batch/event.h"
#include "batch/host.h"
#include "batch/record.h"
#include "batch/report.h"
#include "batch/select.h"
#include "folder.h"

#include <signal.h>
#include <string.h>

#define GIB (G_GUINT64_CONSTANT (1) << 30)

static void
test_how_many (void)
{
  static const struct {
    guint processors;
    guint64 memory_bytes, appliance_bytes;
    guint jobs;
  } cases[] = {
      {2, 24 * GIB, 1280 << 20, 2}, {32, 24 * GIB, 1280 << 20, 16}, {8, GIB, 1280 << 20, 1},
      {1, 0, 1280 << 20, 1},        {0, 24 * GIB, 1280 << 20, 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (tpl_batch_choose_jobs (cases[i].processors, cases[i].memory_bytes,
                                             cases[i].appliance_bytes),
                      ==, cases[i].jobs);
  g_assert_cmpuint (tpl_batch_host_jobs (1280 << 20), >=, 1);
}

static void
test_io_stall (void)
{
  g_assert_cmpfloat (tpl_batch_parse_io_stall ("some avg10=12.50 avg60=3.00 avg300=1.00 total=1\n"
                                               "full avg10=61.25 avg60=2.00 avg300=0.50 total=1\n"),
                     ==, 61.25);
  g_assert_cmpfloat (tpl_batch_parse_io_stall ("full avg10=1e9 "), ==, 0);
  g_assert_cmpfloat (tpl_batch_parse_io_stall (""), ==, 0);
}

static void
test_lines (void)
{
  g_autoptr (GStringChunk) owner = g_string_chunk_new (64);
  TplEvent event = {0};
  TplBatchResult result = {0};
  const char *line =
      "{\"kind\":\"progress\",\"stage\":\"copy\",\"done_bytes\":3,\"total_bytes\":9}";
  g_assert_cmpint (tpl_batch_line_read (line, strlen (line), owner, &event, &result), ==,
                   TPL_LINE_EVENT);
  g_assert_cmpint (event.kind, ==, TPL_EVENT_PROGRESS);
  g_assert_cmpstr (event.stage, ==, "copy");
  g_assert_cmpuint (event.done_bytes, ==, 3);
  g_assert_cmpuint (event.total_bytes, ==, 9);
  line = "{\"kind\":\"result\",\"status\":6,\"message\":\"differs\",\"source_bytes\":-1}";
  g_assert_cmpint (tpl_batch_line_read (line, strlen (line), owner, &event, &result), ==,
                   TPL_LINE_RESULT);
  g_assert_cmpint (result.status, ==, 6);
  g_assert_cmpstr (result.message, ==, "differs");
  g_assert_cmpuint (result.source_bytes, ==, 0);
  tpl_batch_result_clear (&result);
  static const char *const others[] = {"",  "{}", "[]", "{\"kind\":7}", "{\"kind\":\"new\"}",
                                       "{", "3"};
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpint (tpl_batch_line_read (others[i], strlen (others[i]), owner, &event, &result),
                     ==, TPL_LINE_OTHER);
}

static void
test_records (void)
{
  g_autoptr (TplBatchRecord) record = tpl_batch_record_new (TPL_RECORD_END);
  record->job = g_strdup ("0123456789abcde");
  record->message = g_strdup ("two\nlines \xff");
  record->target_bytes = G_MAXUINT64;
  g_autofree char *line = tpl_batch_record_to_line (record);
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  g_autofree char *text = g_strconcat (line, line, "{\"kind\":", NULL);
  gsize length_read = 0;
  g_autoptr (GPtrArray) read = tpl_batch_records_read (text, strlen (text), &length_read, NULL);
  g_assert_cmpuint (read->len, ==, 2);
  g_assert_cmpuint (length_read, ==, 2 * strlen (line));
  g_assert_true (tpl_value_equal (&tpl_batch_record_type, read->pdata[1], record));
}

static void
test_identity (void)
{
  g_autoptr (TplBatchJob) a = tpl_batch_job_new ("/a", "/b");
  g_autoptr (TplBatchJob) b = tpl_batch_job_new ("/a", "/b");
  b->number = 7;
  g_autofree char *one = tpl_batch_job_id (a);
  g_autofree char *other = tpl_batch_job_id (b);
  g_assert_cmpstr (one, ==, other);
  g_assert_cmpuint (strlen (one), ==, 15);
  tpl_batch_job_set (b, "force", NULL);
  g_autofree char *with_option = tpl_batch_job_id (b);
  g_assert_cmpstr (one, !=, with_option);
}

static void
test_placeholders (void)
{
  g_autofree char *text = tpl_batch_select_replace ("vol:tpl/{}-{}", "web");
  g_assert_cmpstr (text, ==, "vol:tpl/web-web");
}

typedef struct {
  TplBatch *batch;
  guint ended;
} Watch;

static void
stop_at_copy (const TplBatchEvent *event, gpointer user_data)
{
  Watch *watch = user_data;
  if (event->kind == TPL_BATCH_EVENT && event->event->kind == TPL_EVENT_STAGE &&
      strcmp (event->event->stage, "copy") == 0)
    tpl_batch_stop (watch->batch, SIGTERM);
  watch->ended += event->kind == TPL_BATCH_END;
}

/* What hangs is killed when its time is over, and the batch ends. */
static void
test_hang (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autoptr (GError) error = NULL;
  g_autofree char *source = folder_put (folder, "source", "hang\n", 0644);
  g_autofree char *target = g_build_filename (folder->root, "target", NULL);
  g_autofree char *path = g_build_filename (folder->root, "journal", NULL);
  g_autofree char *slots = g_build_filename (folder->root, "slots", NULL);
  GPtrArray *jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_job_free);
  g_ptr_array_add (jobs, tpl_batch_job_new (source, target));
  TplBatchSettings settings = {.program = g_getenv ("FAKE_TPL_SHRINK"),
                               .slots_folder = slots,
                               .jobs = 1,
                               .grace_seconds = 0.5};
  TplBatchJournal *journal = tpl_batch_journal_open (path, &error);
  g_assert_no_error (error);
  g_autoptr (TplBatch) batch = tpl_batch_new (&settings, jobs, journal, &error);
  g_assert_no_error (error);
  Watch watch = {batch, 0};
  tpl_batch_set_observer (batch, stop_at_copy, &watch);
  g_assert_true (tpl_batch_run (batch, &error));
  const TplBatchWork *work = batch->works->pdata[0];
  g_assert_cmpint (work->state, ==, TPL_WORK_STOPPED);
  g_assert_cmpint (work->status, ==, 128 + SIGKILL);
  g_assert_cmpuint (watch.ended, ==, 1);
  g_assert_cmpint (tpl_batch_status (batch), ==, 128 + SIGTERM);
  g_autofree char *report = tpl_batch_report_junit (batch, 1);
  g_assert_nonnull (strstr (report, "skipped=\"1\""));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch/how-many", test_how_many);
  g_test_add_func ("/batch/io-stall", test_io_stall);
  g_test_add_func ("/batch/lines", test_lines);
  g_test_add_func ("/batch/records", test_records);
  g_test_add_func ("/batch/identity", test_identity);
  g_test_add_func ("/batch/placeholders", test_placeholders);
  g_test_add ("/batch/hang", Folder, NULL, folder_make, test_hang, folder_remove);
  return g_test_run ();
}
