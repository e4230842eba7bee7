/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cryptsetup 2.6 prints of containers. */
#include "adapt/luks-status.h"
#include "tpl-shrink.h"

static const char dump[] = "LUKS header information\nVersion:       \t2\nEpoch:         \t3\n"
                           "UUID:          \t13e2b2a6-a450-4230-83f2-9345d2c7bfed\n"
                           "Label:         \tRequirements: none\n"
                           "Flags:       \t(no flags)\n\nData segments:\n  0: crypt\n"
                           "\toffset: 16777216 [bytes]\n\tlength: (whole device)\n";
#define MAPPING                                                                                     \
  "/dev/mapper/tplsrc0 is active.\n  type:    LUKS2\n  cipher:  aes-xts-plain64\n"                   \
  "  device:  /dev/sda3\n  sector size:  4096\n  offset:  32768 sectors\n  size:    8192 sectors\n"

static void
test_plain (void)
{
  TplLuksStatus found = { 0 };
  g_autoptr (GError) error = NULL;
  g_assert_true (tpl_luks_status_read (dump, MAPPING, &found, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (found.header_bytes, ==, 16777216);
}

static void
refuse (const char *header, const char *mapping, int code, const char *text)
{
  TplLuksStatus found = { 0 };
  g_autoptr (GError) error = NULL;
  g_assert_false (tpl_luks_status_read (header, mapping, &found, &error));
  g_assert_error (error, TPL_ERROR, code);
  g_assert_nonnull (g_strstr_len (error->message, -1, text));
}

static void
test_refused (void)
{
  refuse ("Requirements:\tonline-reencrypt\n", MAPPING, TPL_ERROR_REFUSED, "online-reencrypt");
  refuse (dump, MAPPING "  reencryption:  in-progress\n", TPL_ERROR_REFUSED, "reencryption");
  refuse (dump, MAPPING "  integrity: hmac(sha256)\n", TPL_ERROR_REFUSED, "integrity protection");
  refuse (dump, "", TPL_ERROR_FAILED, "no offset");
  refuse (dump, "  offset:  99999999999999999999 sectors\n", TPL_ERROR_FAILED, "no offset");
  refuse (dump, "  offset:\n", TPL_ERROR_FAILED, "no offset");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/luks-status/plain", test_plain);
  g_test_add_func ("/luks-status/refused", test_refused);
  return g_test_run ();
}
