/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fuzzer's bytes as a disk. */
#pragma once

#include "survey/disk.h"

typedef struct {
  TplDisk disk;
  const uint8_t *data;
} FuzzDisk;

static GBytes *
fuzz_disk_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  (void)error;
  FUZZ_ASSERT (offset_bytes <= disk->size_bytes && length <= disk->size_bytes - offset_bytes);
  return g_bytes_new (((const FuzzDisk *)disk)->data + offset_bytes, length);
}

static guint64
fuzz_disk_next_data (TplDisk *disk, guint64 offset_bytes)
{
  return MIN (offset_bytes, disk->size_bytes);
}

static void
fuzz_disk_free (TplDisk *disk)
{
  g_free (disk);
}

/* Borrows the bytes. */
static inline TplDisk *
fuzz_disk_new (const uint8_t *data, size_t size)
{
  FuzzDisk *made = g_new0 (FuzzDisk, 1);
  made->disk = (TplDisk){ .size_bytes = size,
                          .read = fuzz_disk_read,
                          .next_data = fuzz_disk_next_data,
                          .free = fuzz_disk_free };
  made->data = data;
  return &made->disk;
}
