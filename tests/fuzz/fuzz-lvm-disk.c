/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A physical volume from a guest: its metadata is found or refused. */
#include "fuzz.h"

#include "fuzz-disk.h"
#include "survey/lvm-disk.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (TplDisk) pv = fuzz_disk_new (data, size);
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *text = tpl_lvm_disk_metadata (pv, &length, &error);
  FUZZ_ASSERT (!text || (!error && length > 0));
  return 0;
}
