/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/lvm-report.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "error.h"
#include "plan/plan.h"

GStrv
tpl_lvm_report_argv (const char *const *devices)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_strv_builder_add_many (argv, "lvm", "fullreport", "--reportformat", "json", "--units", "b",
                           "--nosuffix", NULL);
  for (size_t i = 0; devices[i]; i++)
    g_strv_builder_add_many (argv, "--devices", devices[i], NULL);
  g_strv_builder_add_many (
      argv, "--configreport", "vg", "-o",
      "vg_name,vg_uuid,vg_extent_size,pv_count,vg_missing_pv_count", "--configreport", "pv", "-o",
      "pv_uuid,pe_start,pv_pe_count", "--configreport", "lv", "-o",
      "lv_name,lv_uuid,lv_size,lv_role", "--configreport", "seg", "-o", "lv_uuid,segtype",
      "--configreport", "pvseg", "-o", "pv_uuid", NULL);
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

static const char *
segment_type (JsonObject *report, const char *lv_uuid)
{
  const char *found = NULL;
  JsonObject *row;
  for (guint i = 0; (row = row_at (rows (report, "seg"), i)); i++) {
    if (strcmp (text (row, "lv_uuid"), lv_uuid) != 0)
      continue;
    if (!found || strcmp (found, "linear") == 0)
      found = text (row, "segtype"); /* whatever is not linear is what counts */
  }
  return found ? found : "unknown";
}

static gboolean
read_logical_volumes (JsonObject *report, TplVolumeGroup *group, GError **error)
{
  JsonObject *row;
  for (guint i = 0; (row = row_at (rows (report, "lv"), i)); i++) {
    const char *name = text (row, "lv_name");
    if (!tpl_vg_name_is_valid (name) || number (row, "lv_size") % group->extent_bytes)
      return tpl_fail (error, TPL_ERROR_REFUSED, "volume group %s has a damaged logical volume",
                       group->name);
    TplLogicalVolume *volume = tpl_value_new (&tpl_logical_volume_type);
    g_ptr_array_add (group->logical_volumes, volume);
    volume->name = g_strdup (name);
    volume->uuid = g_strdup (text (row, "lv_uuid"));
    volume->segment_type = g_strdup (segment_type (report, volume->uuid));
    volume->extents = number (row, "lv_size") / group->extent_bytes;
    volume->volume = tpl_value_new (&tpl_volume_type);
    volume->volume->id = g_strdup_printf ("lv:%s/%s", group->name, name);
    volume->volume->size_bytes = number (row, "lv_size");
  }
  return TRUE;
}

static const char *
physical_volume (const TplLayout *layout, const char *uuid)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (partition->volume && g_strcmp0 (partition->volume->uuid, uuid) == 0)
      return partition->volume->id;
  }
  return NULL;
}

static gboolean
read_group (JsonObject *report, TplLayout *layout, GError **error)
{
  JsonObject *vg = row_at (rows (report, "vg"), 0);
  JsonObject *pv = row_at (rows (report, "pv"), 0);
  if (!vg || !pv || !*text (vg, "vg_name"))
    return TRUE; /* a physical volume that belongs to no group */
  const char *name = text (vg, "vg_name");
  if (!tpl_vg_name_is_valid (name) || number (vg, "vg_extent_size") == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "the disk has a damaged volume group");
  if (number (vg, "vg_missing_pv_count") > 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "volume group %s has physical volumes on other disks: it can't be shrunk alone",
                     name);
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  g_ptr_array_add (layout->volume_groups, group);
  group->name = g_strdup (name);
  group->uuid = g_strdup (text (vg, "vg_uuid"));
  group->extent_bytes = number (vg, "vg_extent_size");
  group->pv_count = number (vg, "pv_count");
  group->pv_id = g_strdup (physical_volume (layout, text (pv, "pv_uuid")));
  group->pv_uuid = g_strdup (text (pv, "pv_uuid"));
  group->pe_start_bytes = number (pv, "pe_start");
  group->extents = number (pv, "pv_pe_count");
  return read_logical_volumes (report, group, error);
}

gboolean
tpl_lvm_report_read (const char *json, TplLayout *layout, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, json, -1, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    g_prefix_error (error, "reading LVM's report: ");
    return FALSE;
  }
  JsonNode *root = json_parser_get_root (parser);
  JsonArray *reports = root && JSON_NODE_HOLDS_OBJECT (root)
                           ? rows (json_node_get_object (root), "report")
                           : NULL;
  JsonObject *report;
  for (guint i = 0; (report = row_at (reports, i)); i++)
    if (!read_group (report, layout, error))
      return FALSE;
  return TRUE;
}
