/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A qcow2 image from anywhere, over a backing file of some bytes: its disk is read or refused. */
#include "fuzz.h"

#include "fuzz-disk.h"
#include "survey/qcow2.h"

#define READ_BYTES 65536u

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t backing_bytes[1500] = { 0, 1, 2 };
  TplDisk *file = fuzz_disk_new (data, size);
  TplDisk *backing = fuzz_disk_new (backing_bytes, sizeof backing_bytes);
  g_autofree char *format = NULL;
  g_autofree char *name = tpl_qcow2_backing_name (file, &format);
  g_autoptr (GError) error = NULL;
  g_autoptr (TplDisk) disk = tpl_disk_new_qcow2 (file, backing, &error);
  FUZZ_ASSERT ((disk == NULL) == (error != NULL));
  if (!disk)
    return 0;
  const gsize length = (gsize)MIN (disk->size_bytes, READ_BYTES);
  g_autoptr (GBytes) head = tpl_disk_read (disk, 0, length, NULL);
  g_autoptr (GBytes) tail = tpl_disk_read (disk, disk->size_bytes - length, length, NULL);
  FUZZ_ASSERT (!head || g_bytes_get_size (head) == length);
  FUZZ_ASSERT (disk->next_data (disk, 0) <= disk->size_bytes);
  return 0;
}
