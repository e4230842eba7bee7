/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <string.h>

static void
test_valid (void)
{
  static const char *const good[] = {"tpl", "os", "a",      "_",      "9",      "a-b",   "a.b+c_d",
                                     "...", "cl", "rootvg", "sdcard", "vg_sda", "Tpl004"};
  static const char *const bad[] = {"",          "-a",        ".",      "..",    "a b",
                                    "a/b",       "t\xc3\xa4", "sda",    "vdb1",  "xvda",
                                    "nvme0n1p1", "null",      "mapper", "loop0", "dm-3",
                                    "md127",     "a\n",       "sda\n",  "tty",   "tty0"};
  g_autofree char *longest = g_strnfill (127, 'x');
  g_autofree char *too_long = g_strnfill (128, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (tpl_vg_name_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (tpl_vg_name_is_valid (bad[i]));
  g_assert_true (tpl_vg_name_is_valid (longest));
  g_assert_false (tpl_vg_name_is_valid (too_long));
  g_assert_false (tpl_vg_name_is_valid (NULL));
}

static void
test_from_target (void)
{
  static const char *const cases[][2] = {
      {"/dev/os/tpl", "tpl"},
      {"/dev/mapper/os-tpl", "tpl"},
      {"/dev/mapper/my--os-tpl--el9", "tpl-el9"},
      {"/dev/mapper/control", "control"},
      {"/dev/mapper/a-b-c", "a-b-c"},
      {"/dev/sdb", "vg_sdb"},
      {"/dev/nvme0n1", "vg_nvme0n1"},
      {"tpl.img", "tpl"},
      {"./images/tpl.qcow2", "tpl"},
      {"tpl.raw", "tpl"},
      {"tpl.v2.img", "tpl.v2"},
      {"tpl", "tpl"},
      {".img", ".img"},
      {"..", "vg_.."},
      {"-x.img", "_x"},
      {"CentOS 7 (golden).img", "CentOS_7__golden_"},
      {"sch\xc3\xb6n.img", "sch__n"},
      {"null.img", "vg_null"},
  };
  g_autofree char *long_target = g_strnfill (300, 'y');
  g_autofree char *shortened = tpl_vg_name_from_target (long_target);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = tpl_vg_name_from_target (cases[i][0]);

    g_assert_cmpstr (name, ==, cases[i][1]);
    g_assert_true (tpl_vg_name_is_valid (name));
  }
  g_assert_cmpuint (strlen (shortened), ==, 48);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vg-name/valid", test_valid);
  g_test_add_func ("/vg-name/from-target", test_from_target);
  return g_test_run ();
}
