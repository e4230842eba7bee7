/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An XFS log from a guest: it is clean or not. */
#include "fuzz.h"

#include "adapt/xfs-log.h"

static size_t bytes;

static GBytes *
read_data (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error)
{
  (void)error;
  FUZZ_ASSERT (offset_bytes <= bytes && length <= bytes - offset_bytes);
  return g_bytes_new ((const uint8_t *)reader->user_data + offset_bytes, length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const TplReader reader = { .read = read_data, .user_data = (gpointer)(guintptr)data };
  bytes = size;
  tpl_xfs_log_is_clean (&reader, 0, size);
  return 0;
}
