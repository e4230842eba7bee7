/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/size.h"

static void
test_arithmetic_stops (void)
{
  g_assert_cmpuint (tpl_size_add (1, 2), ==, 3);
  g_assert_cmpuint (tpl_size_add (G_MAXUINT64, 1), ==, G_MAXUINT64);
  g_assert_cmpuint (tpl_size_multiply (3, 4), ==, 12);
  g_assert_cmpuint (tpl_size_multiply (G_MAXUINT64 / 2, 3), ==, G_MAXUINT64);
  g_assert_cmpuint (tpl_size_units (0, 4), ==, 0);
  g_assert_cmpuint (tpl_size_units (1, 4), ==, 1);
  g_assert_cmpuint (tpl_size_units (8, 4), ==, 2);
  g_assert_cmpuint (tpl_size_round_up (9, 4), ==, 12);
  g_assert_cmpuint (tpl_size_round_up (G_MAXUINT64 - 1, TPL_MIB), ==, G_MAXUINT64);
  g_assert_cmpuint (tpl_size_round_down (11, 4), ==, 8);
  g_assert_true (tpl_size_is_sane (TPL_SIZE_MAX));
  g_assert_false (tpl_size_is_sane (G_MAXUINT64));
}

static void
test_text (void)
{
  static const struct {
    guint64 bytes;
    const char *text;
  } cases[] = {
      {0, "0 bytes"},
      {1023, "1023 bytes"},
      {1024, "1 KiB"},
      {84 * TPL_MIB, "84 MiB"},
      {84 * TPL_MIB + TPL_MIB / 2, "85 MiB"},
      {TPL_GIB + TPL_GIB / 2, "1.5 GiB"},
      {5 * TPL_GIB - 1, "5 GiB"},
      {10 * TPL_GIB + 300 * TPL_MIB, "10 GiB"},
      {1100 * TPL_MIB, "1.1 GiB"},
      {G_MAXUINT64, "16 EiB"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = tpl_size_to_text (cases[i].bytes);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/size/arithmetic-stops", test_arithmetic_stops);
  g_test_add_func ("/size/text", test_text);
  return g_test_run ();
}
