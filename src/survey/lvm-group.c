/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/lvm-group.h"

#include <string.h>

#include "error.h"
#include "plan/plan.h"
#include "plan/size.h"
#include "survey/lvm-text.h"

#define SECTOR_BYTES  512u
#define VOLUMES_MOST  1000u
#define SEGMENTS_MOST 10000u

typedef struct {
  const TplLvmNode *section; /* the group's */
  const char *pv_name;       /* "pv0": the name that the metadata has for our physical volume */
  TplVolumeGroup *group;
  GHashTable *snapshots; /* names of logical volumes that hold what a snapshot has changed; borrowed */
} Reading;

void
tpl_lvm_place_free (TplLvmPlace *place)
{
  g_array_unref (place->pieces);
  g_free (place);
}

static gboolean
damaged (const TplVolumeGroup *group, const char *what, GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED, "volume group %s: its metadata has %s", group->name,
                   what);
}

static guint64
bytes_of (guint64 sectors)
{
  return tpl_size_multiply (sectors, SECTOR_BYTES);
}

static gboolean
is_on_disk (const TplLayout *layout, const char *pv_uuid)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (partition->volume && g_strcmp0 (partition->volume->uuid, pv_uuid) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Its physical volumes: ours, which gives the group its extents, and how many there are. */
static gboolean
read_physical_volumes (Reading *reading, const TplVolume *pv, const TplLayout *layout,
                       GError **error)
{
  TplVolumeGroup *group = reading->group;
  const TplLvmNode *all = tpl_lvm_member (reading->section, "physical_volumes");
  const TplLvmNode *section;
  const char *name;
  guint64 start = 0;
  for (guint at = 0; (section = tpl_lvm_next (all, &at, &name));) {
    group->pv_count++;
    if (!is_on_disk (layout, tpl_lvm_string (section, "id")))
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "volume group %s has physical volumes on other disks: it can't be shrunk "
                       "alone",
                       group->name);
    if (g_strcmp0 (tpl_lvm_string (section, "id"), pv->uuid) != 0)
      continue;
    reading->pv_name = name;
    if (!tpl_lvm_number (section, "pe_start", &start)
        || !tpl_lvm_number (section, "pe_count", &group->extents))
      return damaged (group, "a physical volume without extents", error);
  }
  if (!reading->pv_name)
    return damaged (group, "another physical volume than the one that it is on", error);
  group->pe_start_bytes = bytes_of (start);
  if (tpl_size_is_sane (tpl_size_multiply (group->extents, group->extent_bytes))
      && tpl_size_is_sane (group->pe_start_bytes))
    return TRUE;
  return damaged (group, "more extents than any disk holds", error);
}

/* What `lvm lvs` calls a segment's type. */
static const char *
segment_type (const TplLvmNode *segment)
{
  guint64 stripes = 0;
  const char *type = tpl_lvm_string (segment, "type");
  if (g_strcmp0 (type, "striped") == 0 && tpl_lvm_number (segment, "stripe_count", &stripes)
      && stripes == 1)
    return "linear";
  return type ? type : "unknown";
}

/* A linear segment on our physical volume. */
static gboolean
add_piece (const Reading *reading, const TplLvmNode *segment, guint64 extents, TplLvmPlace *place,
           GError **error)
{
  const TplVolumeGroup *group = reading->group;
  guint64 first = 0;
  const char *on = tpl_lvm_value_string (tpl_lvm_item (segment, "stripes", 0));
  if (!on || !tpl_lvm_value_number (tpl_lvm_item (segment, "stripes", 1), &first))
    return damaged (group, "a segment that is nowhere", error);
  if (strcmp (on, reading->pv_name) != 0)
    return TRUE; /* the group has more than one, and is refused for it */
  if (first > group->extents || extents > group->extents - first)
    return damaged (group, "a segment behind its last extent", error);
  TplDiskPiece piece = { group->pe_start_bytes + first * group->extent_bytes,
                         extents * group->extent_bytes };
  g_array_append_val (place->pieces, piece);
  return TRUE;
}

static gboolean
read_segments (const Reading *reading, const TplLvmNode *section, TplLogicalVolume *logical,
               TplLvmPlace *place, GError **error)
{
  const TplLvmNode *segment;
  const char *name;
  for (guint at = 0; (segment = tpl_lvm_next (section, &at, &name));) {
    guint64 start = 0, extents = 0;
    if (place->pieces->len >= SEGMENTS_MOST)
      return damaged (reading->group, "too many segments", error);
    if (!tpl_lvm_number (segment, "start_extent", &start)
        || !tpl_lvm_number (segment, "extent_count", &extents) || start != logical->extents)
      return damaged (reading->group, "a logical volume with holes", error);
    const char *type = segment_type (segment);
    if (!logical->segment_type || strcmp (logical->segment_type, "linear") == 0) {
      g_free (logical->segment_type); /* whatever is not linear is what counts */
      logical->segment_type = g_strdup (type);
    }
    logical->extents = tpl_size_add (logical->extents, extents);
    if (strcmp (type, "linear") == 0 && !add_piece (reading, segment, extents, place, error))
      return FALSE;
  }
  return TRUE;
}

/* A snapshot is a hidden volume that names two others: the one that holds what was changed is no
 * volume of its own. The strings are the metadata's. */
static GHashTable *
find_snapshots (const TplLvmNode *volumes)
{
  GHashTable *stores = g_hash_table_new (g_str_hash, g_str_equal);
  const TplLvmNode *section;
  const char *name;
  for (guint at = 0; (section = tpl_lvm_next (volumes, &at, &name));) {
    const TplLvmNode *segment = tpl_lvm_next (section, &(guint){ 0 }, &name);
    const char *store = tpl_lvm_string (segment, "cow_store");
    if (store && g_strcmp0 (tpl_lvm_string (segment, "type"), "snapshot") == 0)
      g_hash_table_add (stores, (gpointer)(guintptr)store);
  }
  return stores;
}

static gboolean
add_volume (const Reading *reading, const TplLvmNode *section, const char *name,
            GPtrArray *places, GError **error)
{
  TplVolumeGroup *group = reading->group;
  if (!tpl_vg_name_is_valid (name))
    return damaged (group, "a logical volume without a name that LVM takes", error);
  TplLogicalVolume *logical = tpl_value_new (&tpl_logical_volume_type);
  TplLvmPlace *place = g_new0 (TplLvmPlace, 1);
  g_ptr_array_add (group->logical_volumes, logical);
  g_ptr_array_add (places, place);
  place->logical = logical;
  place->pieces = g_array_new (FALSE, FALSE, sizeof (TplDiskPiece));
  logical->name = g_strdup (name);
  logical->uuid = g_strdup (tpl_lvm_string (section, "id"));
  logical->volume = tpl_value_new (&tpl_volume_type);
  logical->volume->id = g_strdup_printf ("lv:%s/%s", group->name, name);
  if (!read_segments (reading, section, logical, place, error))
    return FALSE;
  if (g_hash_table_contains (reading->snapshots, name)) {
    g_free (logical->segment_type);
    logical->segment_type = g_strdup ("snapshot");
  }
  logical->volume->size_bytes = tpl_size_multiply (logical->extents, group->extent_bytes);
  return tpl_size_is_sane (logical->volume->size_bytes)
         || damaged (group, "a logical volume larger than any disk", error);
}

static gboolean
read_logical_volumes (Reading *reading, GPtrArray *places, GError **error)
{
  const TplLvmNode *volumes = tpl_lvm_member (reading->section, "logical_volumes");
  g_autoptr (GHashTable) snapshots = reading->snapshots = find_snapshots (volumes);
  const TplLvmNode *section;
  const char *name;
  for (guint at = 0; (section = tpl_lvm_next (volumes, &at, &name));) {
    if (reading->group->logical_volumes->len >= VOLUMES_MOST)
      return damaged (reading->group, "too many logical volumes", error);
    if (tpl_lvm_has (section, "status", "VISIBLE")
        && !add_volume (reading, section, name, places, error))
      return FALSE;
  }
  return TRUE;
}

/* The group's name is the name of the text's one section that has an extent's size. */
static const TplLvmNode *
find_group (const TplLvmNode *text, const char **name, guint64 *extent_sectors)
{
  const TplLvmNode *section;
  for (guint at = 0; (section = tpl_lvm_next (text, &at, name));)
    if (tpl_lvm_number (section, "extent_size", extent_sectors))
      return section;
  return NULL;
}

/* Another physical volume of the disk has told of it. */
static gboolean
is_known (const TplLayout *layout, const char *uuid)
{
  for (guint i = 0; i < layout->volume_groups->len; i++)
    if (g_strcmp0 (((const TplVolumeGroup *)layout->volume_groups->pdata[i])->uuid, uuid) == 0)
      return TRUE;
  return FALSE;
}

gboolean
tpl_lvm_group_add (const char *text, gsize length, const TplVolume *pv, TplLayout *layout,
                   GPtrArray *places, GError **error)
{
  g_autoptr (TplLvmNode) parsed = tpl_lvm_text_parse (text, length, error);
  const char *name = NULL;
  guint64 sectors = 0;
  Reading reading = { 0 };
  if (!parsed)
    return FALSE;
  reading.section = find_group (parsed, &name, &sectors);
  if (!reading.section || sectors == 0 || !tpl_vg_name_is_valid (name))
    return tpl_fail (error, TPL_ERROR_REFUSED, "the disk has a damaged volume group");
  if (is_known (layout, tpl_lvm_string (reading.section, "id")))
    return TRUE;
  TplVolumeGroup *group = reading.group = tpl_value_new (&tpl_volume_group_type);
  g_ptr_array_add (layout->volume_groups, group);
  group->name = g_strdup (name);
  group->uuid = g_strdup (tpl_lvm_string (reading.section, "id"));
  group->extent_bytes = bytes_of (sectors);
  group->pv_id = g_strdup (pv->id);
  group->pv_uuid = g_strdup (pv->uuid);
  return read_physical_volumes (&reading, pv, layout, error)
         && read_logical_volumes (&reading, places, error);
}
