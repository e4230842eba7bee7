/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/uuid.h"

static void
test_forms (void)
{
  for (guint i = 0; i < 200; i++) {
    g_autofree char *purpose = g_strdup_printf ("purpose %u", i);
    g_autofree char *uuid = tpl_uuid_new ("seed", purpose);
    g_autofree char *lvm = tpl_uuid_new_lvm ("seed", purpose);
    g_autofree char *mbr = tpl_uuid_new_mbr ("seed", purpose);

    g_assert_true (g_regex_match_simple ("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}"
                                         "-[0-9a-f]{12}$",
                                         uuid, 0, 0));
    g_assert_true (
        g_regex_match_simple ("^[0-9A-Za-z]{6}(-[0-9A-Za-z]{4}){5}-[0-9A-Za-z]{6}$", lvm, 0, 0));
    g_assert_true (g_regex_match_simple ("^[0-9a-f]{8}$", mbr, 0, 0));
    g_assert_cmpstr (mbr, !=, "00000000");
  }
}

static void
test_same_seed_same_result (void)
{
  g_autofree char *a = tpl_uuid_new ("seed", "root");
  g_autofree char *b = tpl_uuid_new ("seed", "root");
  g_autofree char *other_seed = tpl_uuid_new ("seed2", "root");
  g_autofree char *other_purpose = tpl_uuid_new ("seed", "boot");
  g_autofree char *moved_border = tpl_uuid_new ("dseed", "roo");

  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, other_seed);
  g_assert_cmpstr (a, !=, other_purpose);
  g_assert_cmpstr (a, !=, moved_border);
}

/* A plan written yesterday must give the same names tomorrow: these never change. */
static void
test_pinned (void)
{
  g_autofree char *uuid = tpl_uuid_new ("seed", "root");
  g_autofree char *lvm = tpl_uuid_new_lvm ("seed", "root");
  g_autofree char *mbr = tpl_uuid_new_mbr ("seed", "root");

  g_assert_cmpstr (uuid, ==, "b84463ac-34a1-4311-b8a9-6129336321a5");
  g_assert_cmpstr (lvm, ==, "OdakMk-BZgF-nkLU-X5bi-VyPN-DnI4-fq1xV2");
  g_assert_cmpstr (mbr, ==, "b4365a88");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uuid/forms", test_forms);
  g_test_add_func ("/uuid/same-seed-same-result", test_same_seed_same_result);
  g_test_add_func ("/uuid/pinned", test_pinned);
  return g_test_run ();
}
