/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/journal.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
test_records (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplJournal) journal = tpl_journal_new (&error);
  g_assert_no_error (error);
  g_assert_true (tpl_journal_add (journal, &error, "run", "test:///x", NULL));
  g_assert_true (
      tpl_journal_add (journal, &error, "odd", "tab\t, line\n, \"\\ \xc3\xa4", "", NULL));
  g_assert_cmpint (write (journal->fd, "torn\trec", 8), ==, 8);
  g_autoptr (GPtrArray) records = tpl_journal_read (journal, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 2);
  char **odd = records->pdata[1];
  g_assert_cmpuint (g_strv_length (odd), ==, 3);
  g_assert_cmpstr (odd[1], ==, "tab\t, line\n, \"\\ \xc3\xa4");
  g_assert_cmpstr (odd[2], ==, "");
  g_assert_true (tpl_journal_close (journal, &error));
  g_assert_false (g_file_test (journal->path, G_FILE_TEST_EXISTS));
}

static void
test_dead (void)
{
  g_autoptr (TplJournal) journal = tpl_journal_new (NULL);
  g_autofree char *id = g_strdup (journal->id);
  g_autoptr (GPtrArray) while_alive = tpl_journal_dead ();
  g_assert_cmpuint (while_alive->len, ==, 0);
  tpl_journal_free (g_steal_pointer (&journal)); /* as its run's end does */
  g_autoptr (GPtrArray) dead = tpl_journal_dead ();
  g_assert_cmpuint (dead->len, ==, 1);
  TplJournal *found = dead->pdata[0];
  g_assert_cmpstr (found->id, ==, id);
  g_autoptr (GPtrArray) again = tpl_journal_dead (); /* somebody recovers it already */
  g_assert_cmpuint (again->len, ==, 0);
  g_assert_true (tpl_journal_close (found, NULL));
}

static void
test_folder (void)
{
  g_autofree char *named = g_strdup (g_getenv ("XDG_STATE_HOME"));
  g_autofree char *there = tpl_journal_folder ();
  g_assert_true (g_str_has_prefix (there, named));
  g_setenv ("XDG_STATE_HOME", "not/absolute", TRUE); /* is to be ignored, by its specification */
  g_autofree char *folder = tpl_journal_folder ();
  if (geteuid () == 0)
    g_assert_cmpstr (folder, ==, "/var/lib/tpl-shrink");
  else
    g_assert_true (g_str_has_suffix (folder, "/.local/state/tpl-shrink"));
  g_setenv ("XDG_STATE_HOME", named, TRUE);
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("tpl-journal-XXXXXX", NULL);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/records", test_records);
  g_test_add_func ("/journal/dead", test_dead);
  g_test_add_func ("/journal/folder", test_folder);
  int status = g_test_run ();
  g_autofree char *inner = tpl_journal_folder ();
  g_rmdir (inner);
  g_rmdir (folder);
  return status;
}
