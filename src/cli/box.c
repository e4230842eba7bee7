/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/box.h"

/* Gaps smaller than this share of what they lie in are alignment: not worth a box. */
#define GAP_SHARE 64

void
cli_box_free (CliBox *box)
{
  g_free (box->key);
  for (size_t i = 0; i < G_N_ELEMENTS (box->names); i++)
    g_free (box->names[i]);
  g_ptr_array_unref (box->children);
  g_free (box);
}

static CliBox *
box_new (const char *key, guint64 size_bytes)
{
  CliBox *box = g_new0 (CliBox, 1);
  box->key = g_strdup (key);
  box->size_bytes = size_bytes;
  box->children = g_ptr_array_new_with_free_func ((GDestroyNotify)cli_box_free);
  return box;
}

char *
cli_box_partition_key (const TplPartition *partition)
{
  return partition->number > 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, partition->number)
                               : g_strdup ("");
}

/* Adds a box for what is free in `parent`, unless it is as small as what alignment leaves. */
static void
add_gap (CliBox *parent, guint64 gap_bytes)
{
  if (gap_bytes == 0 || gap_bytes < parent->size_bytes / GAP_SHARE)
    return;
  CliBox *gap = box_new ("", gap_bytes);
  gap->names[0] = g_strdup ("unused");
  g_ptr_array_add (parent->children, gap);
}

static const char *
key_of (GHashTable *keys, const TplVolume *volume)
{
  const char *key =
      volume != NULL && volume->id != NULL ? g_hash_table_lookup (keys, volume->id) : NULL;
  return key != NULL ? key : "?";
}

/* "KEY NAME MOUNTPOINT", without what is NULL or empty. The caller's. */
static char *
join (const char *key, const char *name, const char *mountpoint)
{
  const char *const words[] = {key, name, mountpoint};
  GString *joined = g_string_new (NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i] != NULL && words[i][0] != '\0')
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "", words[i]);
  return g_string_free (joined, FALSE);
}

/* `name` NULL: a partition, which is known by what it is mounted at or holds. */
static void
name_leaf (CliBox *box, const char *name, const TplVolume *volume, CliCharset charset)
{
  g_autofree char *where =
      volume->mountpoint != NULL ? cli_escape (volume->mountpoint, charset) : NULL;
  g_autofree char *type = cli_escape (volume->type != NULL ? volume->type : "unknown", charset);
  g_autofree char *safe = name != NULL ? cli_escape (name, charset) : NULL;
  box->volume = volume;
  if (safe == NULL) {
    box->names[0] = join (box->key, where != NULL ? where : type, NULL);
    return;
  }
  box->names[0] = join (box->key, safe, where);
  box->names[1] = join (box->key, safe, NULL);
}

static CliBox *
box_of_group (const TplVolumeGroup *group, const char *key, guint64 size_bytes, GHashTable *keys,
              CliCharset charset)
{
  CliBox *box = box_new (key, size_bytes);
  g_autofree char *name = cli_escape (group->name, charset);
  g_autofree char *size = cli_size (size_bytes);
  g_autofree char *long_name = g_strdup_printf ("LVM %s  %s", name, size);
  g_autofree char *short_name = g_strdup_printf ("LVM %s", name);
  box->names[0] = join (key, long_name, NULL);
  box->names[1] = join (key, short_name, NULL);
  box->names[2] = join (key, "LVM", NULL);
  guint64 used_bytes = 0;
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *lv = group->logical_volumes->pdata[i];
    CliBox *leaf = box_new (key_of (keys, lv->volume), lv->volume->size_bytes);
    name_leaf (leaf, lv->name, lv->volume, charset);
    g_ptr_array_add (box->children, leaf);
    used_bytes += MIN (lv->volume->size_bytes, G_MAXUINT64 - used_bytes);
  }
  add_gap (box, size_bytes > used_bytes ? size_bytes - used_bytes : 0);
  return box;
}

/* The volume group on this volume, or NULL. */
static const TplVolumeGroup *
group_on (const TplLayout *layout, const TplVolume *volume)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    if (volume != NULL && g_strcmp0 (group->pv_id, volume->id) == 0)
      return group;
  }
  return NULL;
}

static CliBox *
box_of_partition (const TplLayout *layout, const TplPartition *partition, GHashTable *keys,
                  CliCharset charset)
{
  g_autofree char *key = cli_box_partition_key (partition);
  guint64 size_bytes = partition->end_bytes > partition->start_bytes
                           ? partition->end_bytes - partition->start_bytes
                           : 0;
  const TplVolume *volume = partition->volume;
  const TplEncrypted *encrypted = volume ? tpl_layout_encrypted (layout, volume->id) : NULL;
  if (encrypted != NULL)
    volume = encrypted->volume; /* what is in it is what the user knows */
  const TplVolumeGroup *group = group_on (layout, volume);
  if (group != NULL)
    return box_of_group (group, key, size_bytes, keys, charset);

  CliBox *box = box_new (key, size_bytes);
  if (volume != NULL)
    name_leaf (box, NULL, volume, charset);
  else
    box->names[0] = join (key, "extended", NULL);
  return box;
}

/* Adds the partitions from `*next` on that lie in [start, end) to `parent`, and what is free
 * between them. An extended partition takes the logical ones in it. */
static void
add_partitions (CliBox *parent, const TplLayout *layout, guint *next, guint64 start_bytes,
                guint64 end_bytes, GHashTable *keys, CliCharset charset)
{
  guint64 at_bytes = start_bytes;
  while (*next < layout->partitions->len) {
    const TplPartition *partition = layout->partitions->pdata[*next];
    if (partition->start_bytes >= end_bytes)
      break;
    (*next)++;
    if (partition->start_bytes > at_bytes)
      add_gap (parent, partition->start_bytes - at_bytes);
    CliBox *box = box_of_partition (layout, partition, keys, charset);
    g_ptr_array_add (parent->children, box);
    if (g_strcmp0 (partition->role, "extended") == 0)
      add_partitions (box, layout, next, partition->start_bytes, partition->end_bytes, keys,
                      charset);
    at_bytes = MAX (at_bytes, partition->end_bytes);
  }
  if (end_bytes > at_bytes)
    add_gap (parent, end_bytes - at_bytes);
}

CliBox *
cli_box_new_disk (const TplLayout *layout, GHashTable *keys, CliCharset charset)
{
  CliBox *disk = box_new ("", layout->size_bytes);
  guint next = 0;
  add_partitions (disk, layout, &next, 0, layout->size_bytes, keys, charset);
  return disk;
}
