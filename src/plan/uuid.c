/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/uuid.h"

#include <string.h>

#define DIGEST_BYTES 64

/* SHA-512 of "kind \0 purpose \0 seed". The zeros keep ("a", "bc") apart from ("ab", "c"). */
static void
make_digest (const char *kind, const char *seed, const char *purpose, guint8 digest[DIGEST_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA512);
  gsize length = DIGEST_BYTES;

  g_checksum_update (checksum, (const guchar *)kind, (gssize)strlen (kind) + 1);
  g_checksum_update (checksum, (const guchar *)purpose, (gssize)strlen (purpose) + 1);
  g_checksum_update (checksum, (const guchar *)seed, (gssize)strlen (seed));
  g_checksum_get_digest (checksum, digest, &length);
}

char *
tpl_uuid_new (const char *seed, const char *purpose)
{
  guint8 digest[DIGEST_BYTES];
  GString *text = g_string_sized_new (36);

  make_digest ("uuid", seed, purpose, digest);
  digest[6] = (guint8)((digest[6] & 0x0f) | 0x40); /* RFC 4122, 4.1.3: version 4 */
  digest[8] = (guint8)((digest[8] & 0x3f) | 0x80); /* RFC 4122, 4.1.1: its variant */
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
                            digest[i]);
  return g_string_free (text, FALSE);
}

char *
tpl_uuid_new_lvm (const char *seed, const char *purpose)
{
  static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  guint8 digest[DIGEST_BYTES];
  GString *text = g_string_sized_new (38);

  make_digest ("lvm", seed, purpose, digest);
  for (guint i = 0; i < 32; i++) {
    const guint number = (guint)digest[2 * i] << 8 | digest[2 * i + 1];

    if (i >= 6 && (i - 6) % 4 == 0 && i <= 26)
      g_string_append_c (text, '-');
    g_string_append_c (text, letters[number % 62]);
  }
  return g_string_free (text, FALSE);
}

char *
tpl_uuid_new_mbr (const char *seed, const char *purpose)
{
  guint8 digest[DIGEST_BYTES];
  guint32 signature = 0;

  make_digest ("mbr", seed, purpose, digest);
  for (guint i = 0; i < 16 && signature == 0; i++)
    memcpy (&signature, digest + 4 * i, sizeof signature);
  return g_strdup_printf ("%08x", signature != 0 ? GUINT32_FROM_BE (signature) : 1);
}
