/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/lvm-report.h"

#include <string.h>

#include "error.h"
#include "json/value-json.h"
#include "plan/plan.h"

static const struct {
  const char *name;
  const char *columns;
} sections[] = {
  { "vg", "vg_name,vg_uuid,vg_extent_size,pv_count,vg_missing_pv_count,vg_tags" },
  { "pv", "pv_uuid,pv_missing,pe_start,pv_pe_count" },
  { "lv", "lv_name,lv_uuid,lv_size,lv_role,lv_tags,pool_lv,lv_metadata_size" },
  { "seg", "lv_uuid,segtype,chunk_size,zero,discards" },
  { "pvseg", "pv_uuid" },
};

GStrv
tpl_lvm_report_argv (const char *const *devices)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_strv_builder_add_many (argv, "lvm", "fullreport", "--reportformat", "json", "--units", "b",
                           "--nosuffix", NULL);
  for (size_t i = 0; devices[i]; i++)
    g_strv_builder_add_many (argv, "--devices", devices[i], NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (sections); i++)
    g_strv_builder_add_many (argv, "--configreport", sections[i].name, "-o", sections[i].columns,
                             NULL);
  return g_strv_builder_end (argv);
}

/* Every value of the report is a string. */
static const char *
text (JsonObject *row, const char *member)
{
  const char *value = json_object_get_string_member_with_default (row, member, "");
  return value ? value : "";
}

static guint64
number (JsonObject *row, const char *member)
{
  guint64 value = 0;
  g_ascii_string_to_unsigned (text (row, member), 10, 0, G_MAXINT64, &value, NULL);
  return value;
}

static JsonArray *
rows (JsonObject *report, const char *section)
{
  JsonNode *node = json_object_get_member (report, section);
  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
row_at (JsonArray *section, guint i)
{
  JsonNode *node = section && i < json_array_get_length (section)
                       ? json_array_get_element (section, i)
                       : NULL;
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* The volume's segment: one that is not linear, if there is any. NULL: none. */
static JsonObject *
segment_of (JsonObject *report, const char *lv_uuid)
{
  JsonObject *found = NULL, *row;
  for (guint i = 0; (row = row_at (rows (report, "seg"), i)); i++) {
    if (strcmp (text (row, "lv_uuid"), lv_uuid) != 0)
      continue;
    if (!found || strcmp (text (found, "segtype"), "linear") == 0)
      found = row;
  }
  return found;
}

/* A snapshot's own blocks are linear: only its role tells. */
static char *
kind_of (JsonObject *lv, JsonObject *segment)
{
  if (strstr (text (lv, "lv_role"), "snapshot"))
    return g_strdup ("snapshot");
  return g_strdup (segment ? text (segment, "segtype") : "unknown");
}

static char *
text_or_null (JsonObject *row, const char *member)
{
  const char *found = text (row, member);
  return *found ? g_strdup (found) : NULL;
}

static void
read_pool (JsonObject *lv, JsonObject *segment, TplVolumeGroup *group)
{
  TplThinPool *pool = tpl_value_new (&tpl_thin_pool_type);
  g_ptr_array_add (group->thin_pools, pool);
  pool->name = g_strdup (text (lv, "lv_name"));
  pool->uuid = g_strdup (text (lv, "lv_uuid"));
  pool->tags = text_or_null (lv, "lv_tags");
  pool->discards = g_strdup (text (segment, "discards"));
  pool->zero = strcmp (text (segment, "zero"), "zero") == 0;
  pool->chunk_bytes = number (segment, "chunk_size");
  pool->extents = number (lv, "lv_size") / group->extent_bytes;
  pool->metadata_extents = number (lv, "lv_metadata_size") / group->extent_bytes;
}

static void
read_logical_volume (JsonObject *lv, JsonObject *segment, TplVolumeGroup *group)
{
  TplLogicalVolume *volume = tpl_value_new (&tpl_logical_volume_type);
  g_ptr_array_add (group->logical_volumes, volume);
  volume->name = g_strdup (text (lv, "lv_name"));
  volume->uuid = g_strdup (text (lv, "lv_uuid"));
  volume->tags = text_or_null (lv, "lv_tags");
  volume->thin_pool = text_or_null (lv, "pool_lv");
  volume->segment_type = kind_of (lv, segment);
  volume->extents = number (lv, "lv_size") / group->extent_bytes;
  volume->volume = tpl_value_new (&tpl_volume_type);
  volume->volume->id = g_strdup_printf ("lv:%s/%s", group->name, volume->name);
  volume->volume->size_bytes = number (lv, "lv_size");
}

static gboolean
read_logical_volumes (JsonObject *report, TplVolumeGroup *group, GError **error)
{
  JsonObject *row;
  for (guint i = 0; (row = row_at (rows (report, "lv"), i)); i++) {
    JsonObject *segment = segment_of (report, text (row, "lv_uuid"));
    if (!tpl_vg_name_is_valid (text (row, "lv_name"))
        || number (row, "lv_size") % group->extent_bytes)
      return tpl_fail (error, TPL_ERROR_REFUSED, "volume group %s has a damaged logical volume",
                       group->name);
    if (segment && strcmp (text (segment, "segtype"), "thin-pool") == 0)
      read_pool (row, segment, group);
    else
      read_logical_volume (row, segment, group);
  }
  return TRUE;
}

/* Which of `pvs` the group has; the first is its own. */
static void
read_physical_volumes (JsonObject *report, const GPtrArray *pvs, TplVolumeGroup *group)
{
  for (guint i = 0; i < pvs->len; i++) {
    const TplPhysicalVolume *pv = pvs->pdata[i];
    JsonObject *row;
    for (guint j = 0; (row = row_at (rows (report, "pv"), j)); j++) {
      if (strcmp (text (row, "pv_uuid"), pv->uuid) != 0)
        continue;
      group->extents += number (row, "pv_pe_count");
      if (group->pv_id) {
        g_ptr_array_add (group->other_pvs, tpl_value_copy (&tpl_physical_volume_type, pv));
        continue;
      }
      group->pv_id = g_strdup (pv->id);
      group->pv_uuid = g_strdup (pv->uuid);
      group->pe_start_bytes = number (row, "pe_start");
    }
  }
}

static gboolean
refuse_missing (JsonObject *report, const char *name, GError **error)
{
  g_autoptr (GString) uuids = g_string_new (NULL);
  JsonObject *row;
  for (guint i = 0; (row = row_at (rows (report, "pv"), i)); i++)
    if (*text (row, "pv_missing"))
      g_string_append_printf (uuids, "%s%s", uuids->len ? ", " : "", text (row, "pv_uuid"));
  g_autofree char *safe = g_strescape (uuids->str, NULL);
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "volume group %s misses physical volumes, which are on other disks or gone (%s): "
                   "name the disks that have them with --disk, or, in the guest, move it to this disk "
                   "with pvmove and vgreduce, or take out what is gone with vgreduce --removemissing",
                   name, safe);
}

static gboolean
read_group (JsonObject *report, const GPtrArray *pvs, TplLayout *layout, GError **error)
{
  JsonObject *vg = row_at (rows (report, "vg"), 0);
  if (!vg || !*text (vg, "vg_name"))
    return TRUE; /* a physical volume that belongs to no group */
  const char *name = text (vg, "vg_name");
  if (!tpl_vg_name_is_valid (name) || number (vg, "vg_extent_size") == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "the disk has a damaged volume group");
  if (number (vg, "vg_missing_pv_count") > 0)
    return refuse_missing (report, name, error);
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  g_ptr_array_add (layout->volume_groups, group);
  group->name = g_strdup (name);
  group->uuid = g_strdup (text (vg, "vg_uuid"));
  group->extent_bytes = number (vg, "vg_extent_size");
  group->pv_count = number (vg, "pv_count");
  group->tags = text_or_null (vg, "vg_tags");
  read_physical_volumes (report, pvs, group);
  return read_logical_volumes (report, group, error);
}

gboolean
tpl_lvm_report_read (const char *json, const GPtrArray *pvs, TplLayout *layout, GError **error)
{
  g_autoptr (JsonNode) root = tpl_json_parse (json, -1, '{', error);
  if (!root) {
    g_prefix_error (error, "reading LVM's report: ");
    return FALSE;
  }
  JsonArray *reports = rows (json_node_get_object (root), "report");
  JsonObject *report;
  for (guint i = 0; (report = row_at (reports, i)); i++)
    if (!read_group (report, pvs, layout, error))
      return FALSE;
  return TRUE;
}
