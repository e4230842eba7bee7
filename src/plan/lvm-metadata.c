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

static void
append_logical_volume (GString *text, const TplLogicalVolume *logical_volume, gboolean work)
{
  g_autofree char *id = quote (work ? logical_volume->work_uuid : logical_volume->uuid);

  g_string_append_printf (text,
                          "%s {\n"
                          "id = %s\n"
                          "status = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
                          "flags = []\n"
                          "segment_count = 1\n"
                          "segment1 {\n"
                          "start_extent = 0\n"
                          "extent_count = %" G_GUINT64_FORMAT "\n"
                          "type = \"striped\"\n" /* one stripe: linear */
                          "stripe_count = 1\n"
                          "stripes = [\"pv0\", %" G_GUINT64_FORMAT "]\n"
                          "}\n"
                          "}\n",
                          logical_volume->name, id, logical_volume->extents,
                          logical_volume->start_extent);
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
  append_pv (text, group, pv_bytes, work);
  if (group->logical_volumes->len > 0) {
    g_string_append (text, "logical_volumes {\n");
    for (guint i = 0; i < group->logical_volumes->len; i++)
      append_logical_volume (text, g_ptr_array_index (group->logical_volumes, i), work);
    g_string_append (text, "}\n");
  }
  g_string_append (text, "}\n");
  return g_string_free (text, FALSE);
}
