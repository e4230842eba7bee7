/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/text.h"

#include "cli/divide.h"
#include "cli/rate.h"

#include <string.h>

static void
check (char *got, const char *wanted)
{
  g_assert_cmpstr (got, ==, wanted);
  g_free (got);
}

static void
test_size (void)
{
  const guint64 mib = 1 << 20, gib = 1 << 30;
  check (cli_size (0), "0 B");
  check (cli_size (1023), "1023 B");
  check (cli_size (1024), "1 KiB");
  check (cli_size (1536), "1.5 KiB");
  check (cli_size (511 * mib), "511 MiB");
  check (cli_size (1016 * mib), "1016 MiB");
  check (cli_size (1024 * mib), "1 GiB");
  check (cli_size (gib + gib / 4 + gib / 8), "1.38 GiB");
  check (cli_size (12 * gib + gib / 3), "12.3 GiB");
  check (cli_size (1024 * mib - 1), "1 GiB"); /* rounded up into the next unit */
  check (cli_size (100 * gib - 1), "100 GiB");
  check (cli_size (10 * gib - 1), "10 GiB");
  check (cli_size (G_MAXUINT64), "16 EiB");
  check (cli_size (G_MAXUINT64 / 3 * 2), "10.7 EiB");
}

static void
test_duration (void)
{
  check (cli_duration (-1), "0.0 s");
  check (cli_duration (0.44), "0.4 s");
  check (cli_duration (9.94), "9.9 s");
  check (cli_duration (9.96), "10 s");
  check (cli_duration (59.4), "59 s");
  check (cli_duration (59.6), "1 min 0 s");
  check (cli_duration (185), "3 min 5 s");
  check (cli_duration (3599.6), "1 h 0 min");
  check (cli_duration (7320), "2 h 2 min");
  check (cli_duration (1e300), "over 99 days");
  check (cli_duration (0.0 / 0.0), "0.0 s");
  check (cli_whole_duration (0.0 / 0.0), "0 s");
  check (cli_whole_duration (5.4), "5 s");
}

static void
test_escape (void)
{
  check (cli_escape ("/boot/caf\303\251", CLI_UTF8), "/boot/caf\303\251");
  check (cli_escape ("/boot/caf\303\251", CLI_ASCII), "/boot/caf\\u{e9}");
  check (cli_escape ("\033[2Jx\r\n\t\177", CLI_UTF8), "\\x1b[2Jx\\x0d\\x0a\\x09\\x7f");
  check (cli_escape ("a\377b\303", CLI_UTF8), "a\\xffb\\xc3");      /* no UTF-8, and cut short */
  check (cli_escape ("\302\233[31m", CLI_UTF8), "\\u{9b}[31m");     /* CSI as a C1 control */
  check (cli_escape ("x\342\200\256y", CLI_UTF8), "x\\u{202e}y");   /* right-to-left override */
  check (cli_escape ("x\342\200\250y", CLI_UTF8), "x\\u{2028}y");   /* line separator */
  check (cli_escape ("\355\240\200", CLI_UTF8), "\\xed\\xa0\\x80"); /* a surrogate */
  check (cli_escape ("\\x1b is safe", CLI_UTF8), "\\x1b is safe");  /* escaped already */
  check (cli_escape_lines ("first\nsec\033ond\n", CLI_UTF8), "first\n  sec\\x1bond");
}

/* Whatever bytes there are: nothing that is left moves the cursor. */
static void
test_escape_any (void)
{
  for (int round = 0; round < 2000; round++) {
    char bytes[17] = {0};
    for (size_t i = 0; i < sizeof bytes - 1; i++)
      bytes[i] = (char)g_test_rand_int_range (1, 256);
    for (int charset = CLI_ASCII; charset <= CLI_UTF8; charset++) {
      g_autofree char *safe = cli_escape (bytes, (CliCharset)charset);
      g_assert_true (g_utf8_validate (safe, -1, NULL));
      for (const char *p = safe; *p != '\0'; p = g_utf8_next_char (p)) {
        gunichar c = g_utf8_get_char (p);
        g_assert_false (g_unichar_iscntrl (c));
        g_assert_true (charset == CLI_UTF8 || c < 0x80);
      }
      g_autofree char *again = cli_escape (safe, (CliCharset)charset);
      g_assert_cmpstr (again, ==, safe);
    }
  }
}

static void
test_fit (void)
{
  check (cli_fit ("root", 6), "root  ");
  check (cli_fit ("root", 4), "root");
  check (cli_fit ("root", 3), "ro~");
  check (cli_fit ("root", 0), "");
  check (cli_fit ("root", -3), "");
  check (cli_fit ("日本語", 4), "日~ "); /* a wide character does not go in by half */
  g_assert_cmpint (cli_columns ("日本e\314\201"), ==, 5);
}

static void
test_wrap (void)
{
  check (cli_wrap ("short", 4, 40), "short");
  check (cli_wrap ("one two three four", 2, 11), "one two\n  three\n  four");
  check (cli_wrap ("exactly ten", 0, 11), "exactly ten");
  check (cli_wrap ("unbreakable-word-of-many", 0, 10), "unbreakabl\ne-word-of-\nmany");
  check (cli_wrap ("", 5, 20), "");
}

static void
test_rate (void)
{
  CliRate rate = {0};
  g_assert_cmpfloat (cli_rate_get (&rate), ==, 0);
  cli_rate_add (&rate, 1, 0);
  cli_rate_add (&rate, 1.1, 1000);
  g_assert_cmpfloat (cli_rate_get (&rate), ==, 0); /* too early to tell */
  g_assert_cmpfloat (cli_rate_left (&rate, 10), ==, -1);
  for (int i = 1; i <= 1000; i++)
    cli_rate_add (&rate, 1 + i * 0.1, (guint64)i * 10);
  g_assert_cmpfloat_with_epsilon (cli_rate_get (&rate), 100, 0.001);
  g_assert_cmpfloat_with_epsilon (cli_rate_left (&rate, 250), 2.5, 0.001);
  check (cli_rate_text (&rate), "100 B/s");
  /* It stalls: after ten seconds nothing is left of the old rate. */
  for (int i = 1; i <= 120; i++)
    cli_rate_add (&rate, 101 + i * 0.1, 10000);
  g_assert_cmpfloat (cli_rate_get (&rate), ==, 0);
  g_assert_null (cli_rate_text (&rate));
  CliRate fast = {0};
  cli_rate_add (&fast, 0, 0);
  cli_rate_add (&fast, 0.5, G_MAXUINT64);
  check (cli_rate_text (&fast), "16 EiB/s");
}

static void
test_divide (void)
{
  CliShare even[] = {{1, 2, 0}, {1, 2, 0}, {1, 2, 0}};
  cli_divide (even, 3, 30);
  g_assert_cmpint (even[0].given, ==, 10);
  g_assert_cmpint (even[2].given, ==, 10);

  CliShare small[] = {{1, 2, 0}, {1000, 2, 0}, {999, 2, 0}};
  cli_divide (small, 3, 79);
  g_assert_cmpint (small[0].given, ==, 2);
  g_assert_cmpint (small[1].given + small[2].given, ==, 77);

  CliShare crowded[] = {{5, 4, 0}, {0, 3, 0}};
  cli_divide (crowded, 2, 5);
  g_assert_cmpint (crowded[0].given, ==, 4);
  g_assert_cmpint (crowded[1].given, ==, 3);
  cli_divide (NULL, 0, 10);
}

/* No column is lost or made up, and each gets its least. */
static void
test_divide_any (void)
{
  for (int round = 0; round < 5000; round++) {
    CliShare shares[8];
    guint count = (guint)g_test_rand_int_range (1, 9);
    int least = 0, given = 0;
    for (guint i = 0; i < count; i++) {
      int digits = g_test_rand_int_range (0, 50);
      shares[i].weight = (guint64)g_test_rand_int_range (0, 1000) << digits;
      shares[i].least = g_test_rand_int_range (1, 6);
      least += shares[i].least;
    }
    int columns = least + g_test_rand_int_range (0, 100);
    cli_divide (shares, count, columns);
    for (guint i = 0; i < count; i++) {
      g_assert_cmpint (shares[i].given, >=, shares[i].least);
      given += shares[i].given;
    }
    g_assert_cmpint (given, ==, columns);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/size", test_size);
  g_test_add_func ("/text/duration", test_duration);
  g_test_add_func ("/text/escape", test_escape);
  g_test_add_func ("/text/escape-any", test_escape_any);
  g_test_add_func ("/text/fit", test_fit);
  g_test_add_func ("/text/wrap", test_wrap);
  g_test_add_func ("/rate", test_rate);
  g_test_add_func ("/divide", test_divide);
  g_test_add_func ("/divide/any", test_divide_any);
  return g_test_run ();
}
