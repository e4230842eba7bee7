/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/xfs-log.h"

#include <string.h>

#define BLOCK_BYTES  512u
#define RECORD_MAGIC 0xfeedbabeu
/* A record has 256 KiB at most, with eight blocks of header. */
#define RECORD_BLOCKS_MOST (256u * 1024 / BLOCK_BYTES + 8)
/* The headers of a record that is larger than this go on in more blocks. */
#define HEADER_COVERS 32768u

/* Offsets in a record's header (xfs_log_format.h); all numbers are big-endian. */
enum { CYCLE = 4, VERSION = 8, LENGTH = 12, OPERATIONS = 40, SIZE = 320 };
#define VERSION_2 0x2u

/* Of the operation that is the record's first: its flags. */
#define OPERATION_FLAGS 9u
#define FLAG_UNMOUNT    0x20u

typedef struct {
  const TplReader *filesystem;
  guint64 offset_bytes;
  guint64 blocks;
} Log;

static guint64
be32 (GBytes *block, gsize offset)
{
  guint32 value;
  memcpy (&value, (const guint8 *)g_bytes_get_data (block, NULL) + offset, sizeof value);
  return GUINT32_FROM_BE (value);
}

static GBytes *
read_block (const Log *log, guint64 number)
{
  return log->filesystem->read (log->filesystem,
                                log->offset_bytes + number % log->blocks * BLOCK_BYTES, BLOCK_BYTES,
                                NULL);
}

/* Every block begins with the number of the round in which it was written, a header with its magic
 * before that. */
static gboolean
cycle_of (const Log *log, guint64 number, guint64 *cycle)
{
  g_autoptr (GBytes) block = read_block (log, number);
  if (!block)
    return FALSE;
  *cycle = be32 (block, be32 (block, 0) == RECORD_MAGIC ? CYCLE : 0);
  return TRUE;
}

/* Where the next record would go: the first block of an older round than the log's first block. */
static gboolean
find_head (const Log *log, guint64 *head)
{
  guint64 first, last;
  if (!cycle_of (log, 0, &first) || !cycle_of (log, log->blocks - 1, &last))
    return FALSE;
  *head = 0; /* one round, complete */
  if (first == last)
    return TRUE;
  guint64 low = 0, high = log->blocks - 1; /* low is of the new round, high is not */
  while (high - low > 1) {
    const guint64 middle = low + (high - low) / 2;
    guint64 cycle;
    if (!cycle_of (log, middle, &cycle))
      return FALSE;
    if (cycle == first)
      low = middle;
    else
      high = middle;
  }
  *head = high;
  return TRUE;
}

/* The header of the record that ends before `head`. */
static GBytes *
find_record (const Log *log, guint64 head, guint64 *start)
{
  const guint64 most = MIN (RECORD_BLOCKS_MOST, log->blocks);
  for (guint64 i = 1; i <= most; i++) {
    *start = (head + log->blocks - i) % log->blocks;
    g_autoptr (GBytes) block = read_block (log, *start);
    if (!block || be32 (block, 0) == RECORD_MAGIC)
      return g_steal_pointer (&block);
  }
  return NULL;
}

gboolean
tpl_xfs_log_is_clean (const TplReader *filesystem, guint64 offset_bytes, guint64 size_bytes)
{
  const Log log = { filesystem, offset_bytes, size_bytes / BLOCK_BYTES };
  guint64 head, start;
  if (log.blocks < 2 || !find_head (&log, &head))
    return FALSE;
  g_autoptr (GBytes) header = find_record (&log, head, &start);
  if (!header || be32 (header, OPERATIONS) != 1)
    return FALSE;
  const guint64 covered = be32 (header, VERSION) & VERSION_2 ? be32 (header, SIZE) : 0;
  const guint64 header_blocks = MAX ((covered + HEADER_COVERS - 1) / HEADER_COVERS, 1);
  const guint64 data_blocks = (be32 (header, LENGTH) + BLOCK_BYTES - 1) / BLOCK_BYTES;
  if ((start + header_blocks + data_blocks) % log.blocks != head)
    return FALSE;
  g_autoptr (GBytes) data = read_block (&log, start + header_blocks);
  return data
         && (((const guint8 *)g_bytes_get_data (data, NULL))[OPERATION_FLAGS] & FLAG_UNMOUNT) != 0;
}
