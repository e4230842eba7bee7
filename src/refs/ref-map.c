/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/ref-map.h"

#include <string.h>

struct TplRefMap {
  GPtrArray *entries;
  gboolean drops_subvolids;
  GHashTable *subvolumes; /* id (gint64) -> path; "": of several */
};

static void
entry_free (gpointer data)
{
  TplRefEntry *entry = data;
  g_free (entry->old);
  g_free (entry->now);
  g_free (entry);
}

TplRefMap *
tpl_ref_map_new (void)
{
  TplRefMap *map = g_new0 (TplRefMap, 1);
  map->entries = g_ptr_array_new_with_free_func (entry_free);
  map->subvolumes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return map;
}

void
tpl_ref_map_free (TplRefMap *map)
{
  if (map == NULL)
    return;
  g_ptr_array_unref (map->entries);
  g_hash_table_unref (map->subvolumes);
  g_free (map);
}

void
tpl_ref_map_add (TplRefMap *map, TplRefType type, const char *old, const char *now)
{
  TplRefEntry *entry = g_new0 (TplRefEntry, 1);
  entry->type = type;
  entry->old = g_strdup (old);
  entry->now = g_strdup (now);
  g_ptr_array_add (map->entries, entry);
}

void
tpl_ref_map_set_drops_subvolids (TplRefMap *map, gboolean drops)
{
  map->drops_subvolids = drops;
}

gboolean
tpl_ref_map_drops_subvolids (const TplRefMap *map)
{
  return map->drops_subvolids;
}

void
tpl_ref_map_add_subvolume (TplRefMap *map, guint64 id, const char *path)
{
  const char *known = g_hash_table_lookup (map->subvolumes, &id);
  gboolean unclear = known != NULL && strcmp (known, path) != 0;
  map->drops_subvolids = TRUE;
  g_hash_table_insert (map->subvolumes, g_memdup2 (&id, sizeof id), g_strdup (unclear ? "" : path));
}

const char *
tpl_ref_map_subvolume (const TplRefMap *map, guint64 id)
{
  const char *path = g_hash_table_lookup (map->subvolumes, &id);
  return path != NULL && *path != '\0' ? path : NULL;
}

gboolean
tpl_ref_map_is_identity (const TplRefMap *map)
{
  if (map->drops_subvolids)
    return FALSE;
  for (guint i = 0; i < map->entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (map->entries, i);
    if (g_strcmp0 (entry->old, entry->now) != 0)
      return FALSE;
  }
  return TRUE;
}

const GPtrArray *
tpl_ref_map_entries (const TplRefMap *map)
{
  return map->entries;
}

/* udev's links are case-sensitive, but texts spell a UUID in either case and GRUB and the kernel
 * compare without it. LVM's alphabet has both cases, all different. */
static gboolean
same_name (TplRefType type, const char *a, const char *b)
{
  if (type == TPL_REF_UUID || type == TPL_REF_PARTUUID || type == TPL_REF_PTUUID)
    return g_ascii_strcasecmp (a, b) == 0;
  return strcmp (a, b) == 0;
}

static const TplRefEntry *
find (const TplRefMap *map, TplRefType type, const char *name)
{
  for (guint i = 0; i < map->entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (map->entries, i);
    if (entry->type == type && same_name (type, entry->old, name))
      return entry;
  }
  return NULL;
}

static TplRefVerdict
verdict_of (const TplRefEntry *entry, char **changed)
{
  if (entry->now == NULL)
    return TPL_REF_REMOVED;
  if (strcmp (entry->old, entry->now) == 0)
    return TPL_REF_UNCHANGED;
  *changed = g_strdup (entry->now);
  return TPL_REF_CHANGED;
}

static gboolean
is_new_name (const TplRefMap *map, TplRefType type, const char *name)
{
  for (guint i = 0; i < map->entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (map->entries, i);
    if (entry->type == type && entry->now != NULL && same_name (type, entry->now, name))
      return TRUE;
  }
  return FALSE;
}

/* What is no old name is foreign, unless it is a new one (a text that was edited before), or
 * nothing at all of that type was told to the map. */
static TplRefVerdict
unlisted (const TplRefMap *map, TplRefType type, const char *name)
{
  if (is_new_name (map, type, name))
    return TPL_REF_UNCHANGED;
  for (guint i = 0; i < map->entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (map->entries, i);
    if (entry->type == type)
      return TPL_REF_FOREIGN;
  }
  return TPL_REF_UNCHANGED;
}

/* A name whose first part alone is listed: it follows that part, and the rest stays. */
static TplRefVerdict
follow_prefix (const TplRefMap *map, TplRefType type, const char *name, gsize prefix_length,
               char **changed)
{
  g_autofree char *prefix = g_strndup (name, prefix_length);
  const TplRefEntry *entry = find (map, type, prefix);
  if (entry == NULL)
    return unlisted (map, type, prefix);
  g_autofree char *now = NULL;
  TplRefVerdict verdict = verdict_of (entry, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = g_strconcat (now, name + prefix_length, NULL);
  return verdict;
}

/* VG/LV, both of the characters that LVM allows (lvm(8), "Valid names"). */
static gboolean
is_lv_path (const char *name)
{
  gsize slashes = 0;
  for (const char *p = name; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("/_.+-", *p) == NULL)
      return FALSE;
    slashes += *p == '/' ? 1 : 0;
  }
  return slashes == 1 && *name != '/' && !g_str_has_suffix (name, "/");
}

TplRefVerdict
tpl_ref_map_name (const TplRefMap *map, TplRefType type, const char *name, char **changed)
{
  *changed = NULL;
  const TplRefEntry *entry = find (map, type, name);
  if (entry != NULL)
    return verdict_of (entry, changed);
  /* An MBR partition's PARTUUID is the disk's signature, a dash and the number. */
  if (type == TPL_REF_PARTUUID && strlen (name) == 11 && name[8] == '-')
    return follow_prefix (map, TPL_REF_PTUUID, name, 8, changed);
  if (type == TPL_REF_LV && !is_lv_path (name))
    return TPL_REF_UNCHANGED;
  if (type == TPL_REF_LV)
    return follow_prefix (map, TPL_REF_VG, name, strcspn (name, "/"), changed);
  return unlisted (map, type, name);
}

/* Splits "vg-lv" at the one dash that is not doubled. FALSE when there is none. */
static gboolean
split_mapper_name (const char *name, char **vg, char **lv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *p;
  *vg = NULL;
  for (p = name; *p != '\0'; p++) {
    if (*p != '-') {
      g_string_append_c (text, *p);
    } else if (p[1] == '-') {
      g_string_append_c (text, *p++);
    } else if (*vg == NULL && text->len > 0) {
      *vg = g_strdup (text->str);
      g_string_truncate (text, 0);
    } else {
      break;
    }
  }
  if (*vg == NULL || text->len == 0 || *p != '\0') {
    g_clear_pointer (vg, g_free);
    return FALSE;
  }
  *lv = g_strdup (text->str);
  return TRUE;
}

static void
append_doubled (GString *out, const char *name)
{
  for (const char *p = name; *p != '\0'; p++) {
    g_string_append_c (out, *p);
    if (*p == '-')
      g_string_append_c (out, '-');
  }
}

char *
tpl_lvm_mapper_name (const char *vg, const char *lv)
{
  g_autoptr (GString) name = g_string_new (NULL);
  append_doubled (name, vg);
  g_string_append_c (name, '-');
  append_doubled (name, lv);
  return g_strdup (name->str);
}

TplRefVerdict
tpl_ref_map_mapper (const TplRefMap *map, const char *name, char **changed)
{
  g_autofree char *vg = NULL;
  g_autofree char *lv = NULL;
  *changed = NULL;
  if (!split_mapper_name (name, &vg, &lv))
    return TPL_REF_FOREIGN;

  g_autofree char *path = g_strconcat (vg, "/", lv, NULL);
  g_autofree char *moved = NULL;
  TplRefVerdict result = tpl_ref_map_name (map, TPL_REF_LV, path, &moved);
  if (result != TPL_REF_CHANGED)
    return result;
  char *slash = strchr (moved, '/');
  if (slash == NULL)
    return TPL_REF_FOREIGN;
  *slash = '\0';
  *changed = tpl_lvm_mapper_name (moved, slash + 1);
  return TPL_REF_CHANGED;
}

char *
tpl_uuid_undashed (const char *uuid)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (const char *p = uuid; *p != '\0'; p++)
    if (*p != '-')
      g_string_append_c (out, *p);
  return g_strdup (out->str);
}
