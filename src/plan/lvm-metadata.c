/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar is that of lvm.conf(5); the members are those that vgcfgbackup(8) writes. */
#include "plan/lvm-metadata.h"

/* LVM counts in these, whatever the disk's sectors are. */
#define LVM_SECTOR_BYTES 512

static const char preamble[] = "contents = \"Text Format Volume Group\"\n"
                               "version = 1\n"
                               "description = \"made by tpl-shrink\"\n"
                               "creation_host = \"\"\n"
                               "creation_time = 0\n\n";

/* A string in the grammar's quotes. */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (const char *c = text != NULL ? text : ""; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_c (quoted, '\\');
    g_string_append_c (quoted, *c);
  }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

static void
append_pv (GString *text, const TplVolumeGroup *group, guint64 pv_bytes, gboolean work)
{
  g_autofree char *id = quote (work ? group->work_pv_uuid : group->pv_uuid);

  g_string_append_printf (text,
                          "physical_volumes {\n"
                          "pv0 {\n"
                          "id = %s\n"
                          "device = \"unknown\"\n" /* a hint only */
                          "status = [\"ALLOCATABLE\"]\n"
                          "flags = []\n"
                          "dev_size = %" G_GUINT64_FORMAT "\n"
                          "pe_start = %" G_GUINT64_FORMAT "\n"
                          "pe_count = %" G_GUINT64_FORMAT "\n"
                          "}\n"
                          "}\n",
                          id, pv_bytes / LVM_SECTOR_BYTES, group->pe_start_bytes / LVM_SECTOR_BYTES,
                          group->extents);
}

/* `tags` have commas between them, as LVM's reports have. */
static void
append_tags (GString *text, const char *tags)
{
  g_auto (GStrv) words = g_strsplit (tags != NULL ? tags : "", ",", -1);

  if (tags == NULL || *tags == '\0')
    return;
  g_string_append (text, "tags = [");
  for (gsize i = 0; words[i] != NULL; i++) {
    g_autofree char *word = quote (words[i]);

    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", word);
  }
  g_string_append (text, "]\n");
}

/* Up to what its one segment is made of; the caller closes both. */
static void
open_volume (GString *text, const char *name, const char *uuid, const char *tags, gboolean visible,
             guint64 extents)
{
  g_autofree char *id = quote (uuid);

  g_string_append_printf (text,
                          "%s {\n"
                          "id = %s\n"
                          "status = [\"READ\", \"WRITE\"%s]\n"
                          "flags = []\n",
                          name, id, visible ? ", \"VISIBLE\"" : "");
  append_tags (text, tags);
  g_string_append_printf (text,
                          "segment_count = 1\n"
                          "segment1 {\n"
                          "start_extent = 0\n"
                          "extent_count = %" G_GUINT64_FORMAT "\n",
                          extents);
}

static void
append_linear (GString *text, const char *name, const char *uuid, const char *tags,
               gboolean visible, guint64 extents, guint64 start_extent)
{
  open_volume (text, name, uuid, tags, visible, extents);
  g_string_append_printf (text,
                          "type = \"striped\"\n" /* one stripe: linear */
                          "stripe_count = 1\n"
                          "stripes = [\"pv0\", %" G_GUINT64_FORMAT "]\n"
                          "}\n"
                          "}\n",
                          start_extent);
}

/* lvcreate(8) gives each new thin volume of a pool the next device and transaction. */
static void
append_thin_volume (GString *text, const TplLogicalVolume *logical_volume, guint number)
{
  g_autofree char *pool = quote (logical_volume->thin_pool);

  open_volume (text, logical_volume->name, logical_volume->uuid, logical_volume->tags, TRUE,
               logical_volume->extents);
  g_string_append_printf (text,
                          "type = \"thin\"\n"
                          "thin_pool = %s\n"
                          "transaction_id = %u\n"
                          "device_id = %u\n"
                          "}\n"
                          "}\n",
                          pool, number, number + 1);
}

/* The pool's volumes, in the order in which they are made; how many there are. */
static guint
append_thin_volumes (GString *text, const TplVolumeGroup *group, const TplThinPool *pool)
{
  guint count = 0;

  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    if (g_strcmp0 (logical_volume->thin_pool, pool->name) == 0)
      append_thin_volume (text, logical_volume, count++);
  }
  return count;
}

static void
append_pool (GString *text, const TplVolumeGroup *group, const TplThinPool *pool)
{
  const guint transaction = append_thin_volumes (text, group, pool);
  g_autofree char *metadata = g_strconcat (pool->name, "_tmeta", NULL);
  g_autofree char *data = g_strconcat (pool->name, "_tdata", NULL);

  open_volume (text, pool->name, pool->uuid, pool->tags, TRUE, pool->extents);
  g_string_append_printf (text,
                          "type = \"thin-pool\"\n"
                          "metadata = \"%s\"\n"
                          "pool = \"%s\"\n"
                          "transaction_id = %u\n"
                          "chunk_size = %" G_GUINT64_FORMAT "\n"
                          "discards = \"%s\"\n"
                          "zero_new_blocks = %d\n"
                          "}\n"
                          "}\n",
                          metadata, data, transaction, pool->chunk_bytes / LVM_SECTOR_BYTES,
                          pool->discards, pool->zero ? 1 : 0);
  append_linear (text, metadata, pool->metadata_uuid, NULL, FALSE, pool->metadata_extents,
                 pool->metadata_start_extent);
  append_linear (text, data, pool->data_uuid, NULL, FALSE, pool->extents, pool->start_extent);
}

/* What the pool is then made of (stage/lvm.c): two plain volumes, where its hidden ones will be. */
static void
append_work_pool (GString *text, const TplThinPool *pool)
{
  g_autofree char *metadata = tpl_lvm_work_metadata_name (pool);

  append_linear (text, pool->name, pool->work_uuid, NULL, TRUE, pool->extents, pool->start_extent);
  append_linear (text, metadata, pool->metadata_uuid, NULL, TRUE, pool->metadata_extents,
                 pool->metadata_start_extent);
}

static void
append_logical_volumes (GString *text, const TplVolumeGroup *group, gboolean work)
{
  g_string_append (text, "logical_volumes {\n");
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, i);

    if (logical_volume->thin_pool == NULL)
      append_linear (text, logical_volume->name,
                     work ? logical_volume->work_uuid : logical_volume->uuid, logical_volume->tags,
                     TRUE, logical_volume->extents, logical_volume->start_extent);
  }
  for (guint i = 0; i < group->thin_pools->len; i++) {
    if (work)
      append_work_pool (text, g_ptr_array_index (group->thin_pools, i));
    else
      append_pool (text, group, g_ptr_array_index (group->thin_pools, i));
  }
  g_string_append (text, "}\n");
}

char *
tpl_lvm_work_metadata_name (const TplThinPool *pool)
{
  return g_strconcat (pool->name, ".tpl-tables", NULL);
}

char *
tpl_lvm_metadata (const TplVolumeGroup *group, guint64 pv_bytes, gboolean work)
{
  GString *text = g_string_new (preamble);
  g_autofree char *id = quote (work ? group->work_uuid : group->uuid);

  g_string_append_printf (text,
                          "%s {\n"
                          "id = %s\n"
                          "seqno = 1\n"
                          "format = \"lvm2\"\n"
                          "status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n"
                          "flags = []\n"
                          "extent_size = %" G_GUINT64_FORMAT "\n"
                          "max_lv = 0\n"
                          "max_pv = 0\n"
                          "metadata_copies = 0\n",
                          work ? group->work_name : group->name, id,
                          group->extent_bytes / LVM_SECTOR_BYTES);
  append_tags (text, group->tags);
  append_pv (text, group, pv_bytes, work);
  if (group->logical_volumes->len > 0 || group->thin_pools->len > 0)
    append_logical_volumes (text, group, work);
  g_string_append (text, "}\n");
  return g_string_free (text, FALSE);
}
