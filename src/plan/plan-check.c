/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the planner does not take, said by name before anything is planned. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* UEFI 2.10, section 5.3: libparted makes the least number of entries. */
#define GPT_ENTRIES 128

static gboolean fail (GError **error, TplError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, TplError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, TPL_ERROR, (gint)code, message);
  return FALSE;
}

static gboolean
is_one_of (const char *text, const char *const *texts)
{
  return text != NULL && g_strv_contains (texts, text);
}

gboolean
tpl_planning_check_options (const TplPlanOptions *options, GError **error)
{
  static const char *const identities[] = {"new", "keep", NULL};
  static const char *const swaps[] = {"minimal", "keep", "none", "size", NULL};

  if (!is_one_of (options->identity, identities))
    return fail (error, TPL_ERROR_USAGE, "--identity is \"%s\": give new or keep",
                 options->identity);
  if (!is_one_of (options->swap, swaps))
    return fail (error, TPL_ERROR_USAGE,
                 "--swap-size is \"%s\": give minimal, keep, none or a size", options->swap);
  if (strcmp (options->swap, "size") == 0 &&
      (options->swap_bytes == 0 || !tpl_size_is_sane (options->swap_bytes)))
    return fail (error, TPL_ERROR_USAGE, "--swap-size is no size that swap can have");
  if (!tpl_size_is_sane (options->size_bytes) || !tpl_size_is_sane (options->capacity_bytes))
    return fail (error, TPL_ERROR_USAGE, "--size is more than any disk holds");
  if (options->headroom_bytes != TPL_HEADROOM_DEFAULT &&
      !tpl_size_is_sane (options->headroom_bytes))
    return fail (error, TPL_ERROR_USAGE, "--headroom is more than any disk holds");
  if (options->vg_name != NULL && !tpl_vg_name_is_valid (options->vg_name))
    return fail (
        error, TPL_ERROR_USAGE,
        "LVM takes no volume group of the name \"%s\": give --vg a name of letters, digits "
        "and + _ . - that does not begin with - and is no device's name",
        options->vg_name);
  if (options->seed == NULL)
    return fail (error, TPL_ERROR_USAGE, "there is no seed to make new UUIDs from");
  return TRUE;
}

static gboolean
check_number (const TplLayout *layout, const TplPartition *partition, GError **error)
{
  const gboolean logical = g_strcmp0 (partition->role, "logical") == 0;
  const guint64 number = partition->number;
  gboolean good;

  if (layout->table == NULL)
    good = number == 0;
  else if (strcmp (layout->table, "gpt") == 0)
    good = number >= 1 && number <= GPT_ENTRIES;
  else
    good = logical ? number >= 5 : number >= 1 && number <= 4;
  if (!good)
    return fail (error, TPL_ERROR_REFUSED,
                 "the partition table (%s) has a %s partition with number %" G_GUINT64_FORMAT
                 ", which can't be made again",
                 layout->table != NULL ? layout->table : "none", partition->role, number);
  return TRUE;
}

static gboolean
check_place (const TplLayout *layout, const TplPartition *partition, GError **error)
{
  if (partition->start_bytes >= partition->end_bytes || partition->end_bytes > layout->size_bytes ||
      partition->start_bytes % layout->sector_bytes != 0)
    return fail (
        error, TPL_ERROR_REFUSED,
        "partition %" G_GUINT64_FORMAT " (bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
        ") does not lie on the disk of %" G_GUINT64_FORMAT " bytes: mend the partition "
        "table first",
        partition->number, partition->start_bytes, partition->end_bytes, layout->size_bytes);
  return TRUE;
}

/* Partitions are sorted by start; logical ones follow the extended one that holds them. */
static gboolean
check_neighbours (const TplPartition *before, const TplPartition *partition,
                  const TplPartition *extended, GError **error)
{
  const gboolean logical = g_strcmp0 (partition->role, "logical") == 0;
  const gboolean inside = extended != NULL && partition->start_bytes >= extended->start_bytes &&
                          partition->end_bytes <= extended->end_bytes;

  if (logical && !inside)
    return fail (error, TPL_ERROR_REFUSED,
                 "logical partition %" G_GUINT64_FORMAT " does not lie in an extended one",
                 partition->number);
  if (before == NULL || (logical && before == extended))
    return TRUE;
  if (partition->start_bytes < before->end_bytes ||
      (!logical && extended != NULL && partition->start_bytes < extended->end_bytes))
    return fail (error, TPL_ERROR_REFUSED,
                 "partitions %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " overlap: mend the "
                 "partition table first",
                 before->number, partition->number);
  return TRUE;
}

static gboolean
check_partition (const TplLayout *layout, const TplPartition *partition, GError **error)
{
  static const char *const roles[] = {"primary", "extended", "logical", NULL};
  const gboolean extended = g_strcmp0 (partition->role, "extended") == 0;

  if (!is_one_of (partition->role, roles))
    return fail (error, TPL_ERROR_REFUSED,
                 "partition %" G_GUINT64_FORMAT " is \"%s\", which is new", partition->number,
                 partition->role != NULL ? partition->role : "");
  if (g_strcmp0 (layout->table, "msdos") != 0 && strcmp (partition->role, "primary") != 0)
    return fail (error, TPL_ERROR_REFUSED,
                 "partition %" G_GUINT64_FORMAT " is %s, outside of an MBR table",
                 partition->number, partition->role);
  if (extended != (partition->volume == NULL))
    return fail (error, TPL_ERROR_REFUSED, "partition %" G_GUINT64_FORMAT " is %s, and %s a volume",
                 partition->number, partition->role, extended ? "is" : "is not");
  return check_number (layout, partition, error) && check_place (layout, partition, error);
}

static gboolean
check_partitions (const TplLayout *layout, GError **error)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_int64_hash, g_int64_equal);
  const TplPartition *before = NULL;
  const TplPartition *extended = NULL;

  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (!check_partition (layout, partition, error) ||
        !check_neighbours (before, partition, extended, error))
      return FALSE;
    if (!g_hash_table_add (numbers, &partition->number))
      return fail (error, TPL_ERROR_REFUSED, "two partitions have the number %" G_GUINT64_FORMAT,
                   partition->number);
    if (strcmp (partition->role, "extended") == 0) {
      if (extended != NULL)
        return fail (error, TPL_ERROR_REFUSED, "the disk has two extended partitions");
      extended = partition;
    }
    before = partition;
  }
  return TRUE;
}

gboolean
tpl_planning_check_disk (const TplPlanning *planning, GError **error)
{
  static const char *const tables[] = {"msdos", "gpt", NULL};
  const TplLayout *layout = planning->after;

  if (layout->sector_bytes < 512 || layout->sector_bytes > 65536 ||
      (layout->sector_bytes & (layout->sector_bytes - 1)) != 0 || layout->size_bytes == 0 ||
      !tpl_size_is_sane (layout->size_bytes))
    return fail (error, TPL_ERROR_REFUSED,
                 "a disk of %" G_GUINT64_FORMAT " bytes in sectors of %" G_GUINT64_FORMAT
                 " bytes can't be",
                 layout->size_bytes, layout->sector_bytes);
  if (layout->table != NULL && !is_one_of (layout->table, tables))
    return fail (error, TPL_ERROR_REFUSED,
                 "the disk's partition table is \"%s\": only msdos and gpt can be made",
                 layout->table);
  if (layout->partitions->len == 0)
    return fail (error, TPL_ERROR_REFUSED, "nothing is known to be on this disk: it has no %s",
                 layout->table != NULL ? "partitions"
                                       : "partition table, no filesystem and no physical volume");
  if (layout->table == NULL && layout->partitions->len > 1)
    return fail (error, TPL_ERROR_REFUSED, "the disk has partitions without a partition table");
  return check_partitions (layout, error);
}

static gboolean
check_content (const TplPlanning *planning, const TplPartition *partition, const TplVolume *volume,
               GError **error)
{
  if (volume->used_bytes > volume->size_bytes || !tpl_size_is_sane (volume->size_bytes))
    return fail (error, TPL_ERROR_REFUSED,
                 "%s says that it uses %" G_GUINT64_FORMAT " of its %" G_GUINT64_FORMAT
                 " bytes: check its filesystem",
                 volume->id, volume->used_bytes, volume->size_bytes);
  if (tpl_planning_classify (planning, partition, volume) != TPL_CONTENT_UNKNOWN)
    return TRUE;
  tpl_planning_refuse_foreign (volume, error);
  return FALSE;
}

/* A volume that a group may lie on. */
static gboolean
check_place_of (const TplPlanning *planning, const TplPartition *partition, const TplVolume *volume,
                GError **error)
{
  if (!check_content (planning, partition, volume, error))
    return FALSE;
  return tpl_planning_classify (planning, partition, volume) != TPL_CONTENT_PV ||
         tpl_planning_check_pv (planning, volume, error);
}

static gboolean
check_ids (const TplLayout *layout, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);

  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = g_ptr_array_index (volumes, i);

    if (volume->id == NULL || !g_hash_table_add (ids, volume->id))
      return fail (error, TPL_ERROR_REFUSED, "two volumes have the id %s",
                   volume->id != NULL ? volume->id : "(none)");
  }
  return TRUE;
}

gboolean
tpl_planning_check_volumes (const TplPlanning *planning, GError **error)
{
  const TplLayout *layout = planning->after;

  if (!check_ids (layout, error))
    return FALSE;
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    if (!tpl_planning_check_group (planning, group, error))
      return FALSE;
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *logical_volume = g_ptr_array_index (group->logical_volumes, j);

      if (!check_content (planning, NULL, logical_volume->volume, error))
        return FALSE;
    }
  }
  for (guint i = 0; i < layout->encrypted->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);

    if (!tpl_planning_check_encrypted (planning, encrypted, error) ||
        !check_place_of (planning, NULL, encrypted->volume, error))
      return FALSE;
  }
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = g_ptr_array_index (layout->partitions, i);

    if (partition->volume != NULL &&
        !check_place_of (planning, partition, partition->volume, error))
      return FALSE;
  }
  return TRUE;
}
