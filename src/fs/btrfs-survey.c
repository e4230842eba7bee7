/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/btrfs-survey.h"

#include <string.h>

#include "error.h"
#include "plan/size.h"

/* Kinds and profiles of block groups (linux/btrfs_tree.h). */
#define GROUP_DATA     0x1u
#define GROUP_METADATA 0x4u
#define GROUP_DUP      0x20u
#define GROUP_PROFILES 0x7f8u

typedef struct {
  guint64 plain_bytes, encoded_bytes, unpacked_bytes, shared_bytes, encoded_io, default_id;
  guint64 used_bytes;
} Sums;

static gboolean
number (const char *word, guint64 *value)
{
  return g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT64, value, NULL);
}

static gboolean
take_space (const char *const *words, guint count, TplVolume *volume, Sums *sums)
{
  guint64 flags, total, used;
  if (count != 4 || !number (words[1], &flags) || !number (words[2], &total)
      || !number (words[3], &used))
    return FALSE;
  if (flags & GROUP_PROFILES & ~(guint64)GROUP_DUP)
    tpl_volume_set_fact (volume, "other_profile", 1);
  if (flags & GROUP_DATA && flags & GROUP_DUP)
    tpl_volume_set_fact (volume, "data_dup", 1);
  if (flags & GROUP_METADATA && flags & GROUP_DUP)
    tpl_volume_set_fact (volume, "metadata_dup", 1);
  sums->used_bytes = tpl_size_add (sums->used_bytes, used);
  return TRUE;
}

static gboolean
take_subvolume (const char *const *words, guint count, GPtrArray *subvolumes)
{
  guint64 id, read_only, snapshot;
  if (count != 8 || !number (words[1], &id) || !number (words[4], &read_only)
      || !number (words[5], &snapshot))
    return FALSE;
  TplSubvolume *subvolume = g_new0 (TplSubvolume, 1);
  subvolume->id = id;
  subvolume->read_only = read_only != 0;
  subvolume->is_snapshot = snapshot != 0;
  subvolume->path = g_strcompress (words[7]);
  g_ptr_array_add (subvolumes, subvolume);
  return TRUE;
}

static gboolean
take_number (const char *const *words, guint count, TplVolume *volume, Sums *sums)
{
  const struct {
    const char *key;
    guint64 *sum;       /* or, if NULL, */
    const char *fact;
  } keys[] = {
    { "default_subvolume", &sums->default_id, NULL },
    { "encoded_io", &sums->encoded_io, NULL },
    { "plain_bytes", &sums->plain_bytes, NULL },
    { "shared_bytes", &sums->shared_bytes, NULL },
    { "encoded_bytes", &sums->encoded_bytes, NULL },
    { "unpacked_bytes", &sums->unpacked_bytes, NULL },
    { "quota", NULL, "quota" },
    { "leaf_bytes", NULL, "tree_bytes" },
    { "data_extents", NULL, "data_extents" },
  };
  guint64 value;
  if (count != 2 || !number (words[1], &value))
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (strcmp (words[0], keys[i].key) != 0)
      continue;
    if (keys[i].sum)
      *keys[i].sum = value;
    else
      tpl_volume_set_fact (volume, keys[i].fact, value);
    return TRUE;
  }
  return FALSE;
}

static gboolean
take_line (const char *line, TplVolume *volume, GPtrArray *subvolumes, Sums *sums)
{
  /* A subvolume's path, at the end of its line, may have blanks. */
  g_auto (GStrv) words = g_strsplit (line, " ", 8);
  const char *const *list = (const char *const *)words;
  const guint count = g_strv_length (words);
  if (strcmp (words[0], "space") == 0)
    return take_space (list, count, volume, sums);
  if (strcmp (words[0], "subvolume") == 0)
    return take_subvolume (list, count, subvolumes);
  return take_number (list, count, volume, sums);
}

gboolean
tpl_btrfs_survey_read (const char *text, TplVolume *volume, GPtrArray *subvolumes, GError **error)
{
  Sums sums = { 0 };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i]; i++)
    if (*lines[i] && !take_line (lines[i], volume, subvolumes, &sums))
      return tpl_fail (error, TPL_ERROR_FAILED, "%s: the survey of its btrfs says \"%s\"",
                       volume->id, lines[i]);
  for (guint i = 0; i < subvolumes->len; i++) {
    TplSubvolume *subvolume = subvolumes->pdata[i];
    subvolume->is_default = subvolume->id == sums.default_id;
  }
  volume->used_bytes = MIN (sums.used_bytes, volume->size_bytes);
  tpl_volume_set_fact (volume, "shared_extents", sums.shared_bytes != 0);
  tpl_volume_set_fact (volume, "encoded", sums.encoded_io && sums.encoded_bytes != 0);
  tpl_volume_set_fact (
      volume, "data_bytes",
      tpl_size_add (sums.plain_bytes,
                    sums.encoded_io ? sums.encoded_bytes : sums.unpacked_bytes));
  return TRUE;
}

static gboolean
is_below (const TplSubvolume *subvolume, const TplSubvolume *above)
{
  const size_t length = strlen (above->path);
  return strncmp (subvolume->path, above->path, length) == 0 && subvolume->path[length] == '/';
}

/* What a dropped snapshot takes with it. */
static gboolean
check_drop (const TplVolume *volume, const GPtrArray *subvolumes, const TplSubvolume *snapshot,
            GError **error)
{
  g_autofree char *name = g_strescape (snapshot->path, "\"");
  if (snapshot->is_default)
    return tpl_fail (
        error, TPL_ERROR_REFUSED,
        "the default subvolume of %s, \"%s\", is a snapshot, and can't be dropped: use "
        "--snapshots flatten",
        volume->id, name);
  for (guint i = 0; i < subvolumes->len; i++) {
    const TplSubvolume *subvolume = subvolumes->pdata[i];
    g_autofree char *inner = g_strescape (subvolume->path, "\"");
    if (!subvolume->is_snapshot && is_below (subvolume, snapshot))
      return tpl_fail (
          error, TPL_ERROR_REFUSED,
          "%s has the subvolume \"%s\" in the snapshot \"%s\", which can't be dropped so: "
          "use --snapshots flatten",
          volume->id, inner, name);
  }
  return TRUE;
}

gboolean
tpl_btrfs_survey_check (const TplVolume *volume, const GPtrArray *subvolumes, const char *snapshots,
                        GError **error)
{
  guint count = 0;
  const TplSubvolume *first = NULL;
  for (guint i = 0; i < subvolumes->len; i++) {
    const TplSubvolume *subvolume = subvolumes->pdata[i];
    if (!subvolume->is_snapshot)
      continue;
    first = first ? first : subvolume;
    count++;
    if (strcmp (snapshots, "drop") == 0 && !check_drop (volume, subvolumes, subvolume, error))
      return FALSE;
  }
  if (count == 0 || strcmp (snapshots, "refuse") != 0)
    return TRUE;
  g_autofree char *name = g_strescape (first->path, "\"");
  return tpl_fail (
      error, TPL_ERROR_REFUSED,
      "%s has %u btrfs snapshot%s (\"%s\"%s), and no copy has snapshots: say what becomes "
      "of them, --snapshots drop leaves them out, --snapshots flatten makes them "
      "subvolumes of their own, which may take more room",
      volume->id, count, count == 1 ? "" : "s", name, count == 1 ? "" : " is the first");
}
