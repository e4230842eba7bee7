/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/ebr.h"

#define TABLE_BYTES     512u
#define ENTRY_OFFSET    446u
#define ENTRY_BYTES     16u
#define ENTRY_TYPE      4u
#define ENTRY_START     8u
#define PRIMARY_ENTRIES 4u
/* libparted reads no more logical partitions than this. */
#define TABLES_MOST 64u

typedef struct {
  guint64 extended_bytes; /* start of the extended partition: links count from there */
  guint64 table_bytes;    /* of the table that is looked at; 0: the chain has ended */
  guint64 sector_bytes;
  guint tables;
} Chain;

static guint64
le32 (const guint8 *bytes)
{
  return (guint64)bytes[0] | (guint64)bytes[1] << 8 | (guint64)bytes[2] << 16
         | (guint64)bytes[3] << 24;
}

static gboolean
is_extended (const guint8 *entry)
{
  return entry[ENTRY_TYPE] == 0x05 || entry[ENTRY_TYPE] == 0x0f || entry[ENTRY_TYPE] == 0x85;
}

static const guint8 *
entry_of (GBytes *table, guint i)
{
  return (const guint8 *)g_bytes_get_data (table, NULL) + ENTRY_OFFSET + i * ENTRY_BYTES;
}

static guint64
start_of (const Chain *chain, const guint8 *entry)
{
  return le32 (entry + ENTRY_START) * chain->sector_bytes;
}

static gboolean
chain_start (const TplMirror *mirror, guint64 sector_bytes, Chain *chain, GError **error)
{
  *chain = (Chain){ .sector_bytes = sector_bytes };
  g_autoptr (GBytes) mbr = tpl_mirror_read (mirror, 0, TABLE_BYTES, error);
  if (!mbr)
    return FALSE;
  for (guint i = 0; i < PRIMARY_ENTRIES && chain->table_bytes == 0; i++)
    if (is_extended (entry_of (mbr, i)))
      chain->extended_bytes = chain->table_bytes = start_of (chain, entry_of (mbr, i));
  return TRUE;
}

/* The second entry is the link: what it says counts from the extended partition's start. */
static void
chain_next (Chain *chain, GBytes *table)
{
  const guint8 *link = entry_of (table, 1);
  guint64 start = is_extended (link) ? start_of (chain, link) : 0;
  gboolean more = start != 0 && ++chain->tables < TABLES_MOST;
  chain->table_bytes = more ? chain->extended_bytes + start : 0;
}

gboolean
tpl_ebr_fetch (TplMirror *mirror, const TplReader *from, guint64 sector_bytes, GError **error)
{
  Chain chain;
  if (!chain_start (mirror, sector_bytes, &chain, error))
    return FALSE;
  while (chain.table_bytes != 0 && chain.table_bytes < mirror->size_bytes) {
    if (!tpl_mirror_fill (mirror, from, chain.table_bytes, sector_bytes, error))
      return FALSE;
    g_autoptr (GBytes) table = tpl_mirror_read (mirror, chain.table_bytes, TABLE_BYTES, error);
    if (!table)
      return FALSE;
    chain_next (&chain, table);
  }
  return TRUE;
}

guint64
tpl_ebr_type_offset (const TplMirror *mirror, guint64 start_bytes, guint64 sector_bytes)
{
  Chain chain;
  if (!chain_start (mirror, sector_bytes, &chain, NULL))
    return 0;
  while (chain.table_bytes != 0) {
    g_autoptr (GBytes) table = tpl_mirror_read (mirror, chain.table_bytes, TABLE_BYTES, NULL);
    if (!table)
      return 0;
    if (chain.table_bytes + start_of (&chain, entry_of (table, 0)) == start_bytes)
      return chain.table_bytes + ENTRY_OFFSET + ENTRY_TYPE;
    chain_next (&chain, table);
  }
  return 0;
}
