/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/ebr.h"

#include <string.h>

#include "error.h"

#define TABLE_BYTES     512u
#define ENTRY_OFFSET    446u
#define ENTRY_BYTES     16u
#define ENTRY_TYPE      4u
#define ENTRY_START     8u
#define ENTRY_SECTORS   12u
#define SIGNATURE       510u
#define TYPE_EXTENDED   0x05u
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

/* A logical partition, and where its table is. */
typedef struct {
  const TplPartition *partition;
  guint64 table_bytes;
} Link;

static gint
by_number (gconstpointer a, gconstpointer b)
{
  const Link *left = a, *right = b;
  return (left->partition->number > right->partition->number)
         - (left->partition->number < right->partition->number);
}

/* The first table of the chain is at the extended partition's start, whichever partition it is for;
 * the partition that lies first then gets the next sector. The others' stay where libparted put
 * them. */
static gboolean
place_tables (const TplMirror *mirror, const TplLayout *layout, guint64 extended_bytes,
              GArray *links, GError **error)
{
  Link *first = &g_array_index (links, Link, 0);
  for (guint i = 0; i < links->len; i++) {
    Link *link = &g_array_index (links, Link, i);
    guint64 type = tpl_ebr_type_offset (mirror, link->partition->start_bytes, layout->sector_bytes);
    link->table_bytes = type - MIN (type, ENTRY_OFFSET + ENTRY_TYPE);
    if (link->table_bytes != extended_bytes || link == first)
      continue;
    link->table_bytes = extended_bytes + layout->sector_bytes;
    if (link->table_bytes >= link->partition->start_bytes)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "logical partition %" G_GUINT64_FORMAT " has no room for its table before it: "
                       "sort the logical partitions in the guest (sfdisk --reorder)",
                       link->partition->number);
  }
  first->table_bytes = extended_bytes;
  return TRUE;
}

static void
put_entry (guint8 *entry, guint8 type, guint64 start_bytes, guint64 size_bytes,
           guint64 sector_bytes)
{
  static const guint8 no_place[] = { 0xfe, 0xff, 0xff }; /* of cylinder, head and sector */
  guint32 start = GUINT32_TO_LE ((guint32)(start_bytes / sector_bytes));
  guint32 sectors = GUINT32_TO_LE ((guint32)(size_bytes / sector_bytes));
  memcpy (entry + 1, no_place, sizeof no_place);
  memcpy (entry + ENTRY_TYPE + 1, no_place, sizeof no_place);
  memcpy (entry + ENTRY_START, &start, sizeof start);
  memcpy (entry + ENTRY_SECTORS, &sectors, sizeof sectors);
  entry[ENTRY_TYPE] = type;
}

static gboolean
write_table (TplMirror *mirror, const TplLayout *layout, guint64 extended_bytes, const Link *link,
             const Link *next, GError **error)
{
  guint8 table[TABLE_BYTES] = { 0 };
  const TplPartition *partition = link->partition;
  put_entry (table + ENTRY_OFFSET, (guint8)g_ascii_strtoull (partition->type, NULL, 16),
             partition->start_bytes - link->table_bytes,
             partition->end_bytes - partition->start_bytes, layout->sector_bytes);
  if (next)
    put_entry (table + ENTRY_OFFSET + ENTRY_BYTES, TYPE_EXTENDED,
               next->table_bytes - extended_bytes, next->partition->end_bytes - next->table_bytes,
               layout->sector_bytes);
  table[SIGNATURE] = 0x55;
  table[SIGNATURE + 1] = 0xaa;
  g_autoptr (GBytes) bytes = g_bytes_new (table, sizeof table);
  return tpl_mirror_write (mirror, link->table_bytes, bytes, error);
}

gboolean
tpl_ebr_chain (TplMirror *mirror, const TplLayout *layout, GError **error)
{
  g_autoptr (GArray) links = g_array_new (FALSE, TRUE, sizeof (Link));
  guint64 extended_bytes = 0;
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    Link link = { .partition = partition };
    if (strcmp (partition->role, "extended") == 0)
      extended_bytes = partition->start_bytes;
    if (strcmp (partition->role, "logical") == 0)
      g_array_append_val (links, link);
  }
  if (links->len == 0)
    return TRUE;
  g_array_sort (links, by_number);
  if (!place_tables (mirror, layout, extended_bytes, links, error))
    return FALSE;
  for (guint i = 0; i < links->len; i++) {
    const Link *next = i + 1 < links->len ? &g_array_index (links, Link, i + 1) : NULL;
    if (!write_table (mirror, layout, extended_bytes, &g_array_index (links, Link, i), next, error))
      return FALSE;
  }
  return TRUE;
}
