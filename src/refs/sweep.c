/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/sweep.h"

#include "refs/unit-name.h"

#include <string.h>

typedef struct {
  const TplRefMap *map;
  const char *text;
  gsize length;
  gboolean may_begin[256]; /* whether some form begins with this byte: most bytes begin none */
} Sweep;

/* One form that an identity takes. Returns the bytes that it spans at `at`, 0 when none is there
 * or when it stays as it is; `*now` is what it became, NULL when it was removed. */
typedef gsize (*Recognise) (const Sweep *sweep, gsize at, char **now);

static char
byte_before (const Sweep *sweep, gsize at)
{
  return at > 0 ? sweep->text[at - 1] : '\0';
}

static gboolean
starts_with (const Sweep *sweep, gsize at, const char *prefix)
{
  gsize length = strlen (prefix);
  return sweep->length - at >= length && memcmp (sweep->text + at, prefix, length) == 0;
}

/* Whether `byte` may stand in a name: a letter, a digit or one of `others`. */
static gboolean
is_of_name (char byte, const char *others)
{
  return byte != '\0' && (g_ascii_isalnum (byte) || strchr (others, byte) != NULL);
}

/* The run of bytes at `at` that are letters, digits or one of `others`. */
static gsize
span (const Sweep *sweep, gsize at, const char *others)
{
  gsize end = at;
  while (end < sweep->length && is_of_name (sweep->text[end], others))
    end++;
  return end - at;
}

static gsize
settle (TplRefVerdict verdict, gsize length)
{
  return verdict == TPL_REF_CHANGED || verdict == TPL_REF_REMOVED ? length : 0;
}

/* UUIDs are too long to be anything else; these need no boundary around them. */
static gboolean
is_long (const char *uuid)
{
  return strlen (uuid) >= 32;
}

static gboolean
is_uuid_type (TplRefType type)
{
  return type == TPL_REF_UUID || type == TPL_REF_PARTUUID || type == TPL_REF_PTUUID ||
         type == TPL_REF_LVM_UUID;
}

static gboolean
same_start (const Sweep *sweep, gsize at, const char *word, gsize length, gboolean any_case)
{
  if (sweep->length - at < length)
    return FALSE;
  if (any_case)
    return g_ascii_strncasecmp (sweep->text + at, word, length) == 0;
  return memcmp (sweep->text + at, word, length) == 0;
}

static gboolean
same_bytes (const Sweep *sweep, gsize at, const char *word, gboolean any_case)
{
  return same_start (sweep, at, word, strlen (word), any_case);
}

/* Short ids (vfat's, an MBR's) must stand alone: 1234-ABCD may be a part of something else. An MBR
 * signature by itself is a mere number: it counts only with a partition's number behind it. */
static gsize
short_id (const Sweep *sweep, gsize at, const TplRefEntry *entry, char **now)
{
  if (entry->type == TPL_REF_LVM_UUID || g_ascii_isalnum (byte_before (sweep, at)) ||
      byte_before (sweep, at) == '-')
    return 0;
  gsize length = span (sweep, at, "-");
  gsize old_length = strlen (entry->old);
  gboolean mbr = entry->type == TPL_REF_PTUUID;
  if (length != (mbr ? old_length + 3 : old_length) || old_length < 8)
    return 0;
  g_autofree char *word = g_strndup (sweep->text + at, length);
  TplRefType type = mbr ? TPL_REF_PARTUUID : entry->type;
  return settle (tpl_ref_map_name (sweep->map, type, word, now), length);
}

static gsize
long_id (const Sweep *sweep, gsize at, const TplRefEntry *entry, char **now)
{
  gboolean any_case = entry->type != TPL_REF_LVM_UUID;
  gboolean removed = entry->now == NULL;
  if (!removed && strcmp (entry->old, entry->now) == 0)
    return 0;
  /* Up to the first dash both forms are one: nearly all text is told apart by that, at no cost. */
  if (!same_start (sweep, at, entry->old, strcspn (entry->old, "-"), any_case))
    return 0;
  if (same_bytes (sweep, at, entry->old, any_case)) {
    *now = g_strdup (entry->now);
    return strlen (entry->old);
  }
  g_autofree char *undashed = tpl_uuid_undashed (entry->old);
  if (!same_bytes (sweep, at, undashed, any_case))
    return 0;
  *now = removed ? NULL : tpl_uuid_undashed (entry->now);
  return strlen (undashed);
}

static gsize
uuid (const Sweep *sweep, gsize at, char **now)
{
  if (!g_ascii_isalnum (sweep->text[at]))
    return 0;
  const GPtrArray *entries = tpl_ref_map_entries (sweep->map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if (!is_uuid_type (entry->type) ||
        g_ascii_tolower (entry->old[0]) != g_ascii_tolower (sweep->text[at]))
      continue;
    gsize length =
        is_long (entry->old) ? long_id (sweep, at, entry, now) : short_id (sweep, at, entry, now);
    if (length > 0)
      return length;
  }
  return 0;
}

/* In the path of a device, besides letters and digits; and how long one can be. */
#define PATH_BYTES "/_.+-\\"
#define PATH_MOST  4096u

static gboolean
begins_dev_path (const Sweep *sweep, gsize at)
{
  return starts_with (sweep, at, "/dev/") && !g_ascii_isalnum (byte_before (sweep, at));
}

/* A volume may be named as a unit is. */
static gboolean
is_in_dev_path (const Sweep *sweep, gsize at)
{
  gsize start = at;
  while (start > 0 && at - start < PATH_MOST && is_of_name (sweep->text[start - 1], PATH_BYTES))
    start--;
  for (; start < at; start++)
    if (begins_dev_path (sweep, start))
      return TRUE;
  return FALSE;
}

static gsize
dev_path (const Sweep *sweep, gsize at, char **now)
{
  if (!begins_dev_path (sweep, at))
    return 0;
  gsize length = span (sweep, at, PATH_BYTES);
  g_autofree char *path = g_strndup (sweep->text + at, length);
  return settle (tpl_ref_map_device (sweep->map, path, now), length);
}

/* GRUB's name of an LV: lvm/ and device-mapper's name (grub-core/disk/diskfilter.c). */
static gsize
grub_lvm (const Sweep *sweep, gsize at, char **now)
{
  if (!starts_with (sweep, at, "lvm/") || is_of_name (byte_before (sweep, at), "/_.+-"))
    return 0;
  gsize skip = strlen ("lvm/");
  gsize length = span (sweep, at + skip, "_.+-");
  g_autofree char *name = g_strndup (sweep->text + at + skip, length);
  g_autofree char *moved = NULL;
  TplRefVerdict verdict = tpl_ref_map_mapper (sweep->map, name, &moved);
  if (verdict == TPL_REF_CHANGED)
    *now = g_strconcat ("lvm/", moved, NULL);
  return settle (verdict, skip + length);
}

/* dev-mapper-os\x2droot.device: the part before the dot is replaced. */
static gsize
device_unit (const Sweep *sweep, gsize at, char **now)
{
  if (!starts_with (sweep, at, "dev-") || is_of_name (byte_before (sweep, at), ":_.\\-")
      || is_in_dev_path (sweep, at))
    return 0;
  g_autofree char *unit = g_strndup (sweep->text + at, span (sweep, at, ":_.\\-"));
  const char *suffix = g_strrstr (unit, ".device");
  if (suffix == NULL)
    suffix = g_strrstr (unit, ".swap");
  if (suffix == NULL)
    return 0;
  gsize length = (gsize)(suffix - unit);
  g_autofree char *name = g_strndup (unit, length);
  g_autofree char *path = tpl_unit_name_to_path (name);
  g_autofree char *moved = NULL;
  if (path == NULL)
    return 0;
  TplRefVerdict verdict = tpl_ref_map_device (sweep->map, path, &moved);
  if (verdict == TPL_REF_CHANGED)
    *now = tpl_unit_name_from_path (moved);
  return settle (verdict, length);
}

/* dracut's hooks are named after a path with its slashes as \x2f, and nothing else escaped. */
static gsize
dracut_name (const Sweep *sweep, gsize at, char **now)
{
  static const char slash[] = "\\x2f";
  if (!starts_with (sweep, at, "\\x2fdev\\x2f"))
    return 0;
  g_autofree char *name = g_strndup (sweep->text + at, span (sweep, at, "_.+\\-"));
  if (g_str_has_suffix (name, ".sh"))
    name[strlen (name) - strlen (".sh")] = '\0';
  gsize length = strlen (name);
  g_auto (GStrv) parts = g_strsplit (name, slash, -1);
  g_autofree char *path = g_strjoinv ("/", parts);
  g_autofree char *moved = NULL;
  TplRefVerdict verdict = tpl_ref_map_device (sweep->map, path, &moved);
  if (verdict == TPL_REF_CHANGED) {
    g_auto (GStrv) moved_parts = g_strsplit (moved, "/", -1);
    *now = g_strjoinv (slash, moved_parts);
  }
  return settle (verdict, length);
}

/* Names come first: they span the UUIDs within them. What a UUID begins with, the map says. */
static const struct {
  Recognise recognise;
  char first; /* byte of each name of that form */
} recognisers[] = {
    {dev_path, '/'}, {grub_lvm, 'l'}, {device_unit, 'd'}, {dracut_name, '\\'}, {uuid, '\0'},
};
enum { NAMES = G_N_ELEMENTS (recognisers) - 1 };

static Sweep
begin (const TplRefMap *map, const char *text, gsize length)
{
  Sweep sweep = {.map = map, .text = text, .length = length};
  for (guint i = 0; i < NAMES; i++)
    sweep.may_begin[(guchar)recognisers[i].first] = TRUE;
  const GPtrArray *entries = tpl_ref_map_entries (map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if (!is_uuid_type (entry->type))
      continue;
    sweep.may_begin[(guchar)g_ascii_tolower (entry->old[0])] = TRUE;
    sweep.may_begin[(guchar)g_ascii_toupper (entry->old[0])] = TRUE;
  }
  return sweep;
}

static gboolean
next_hit (const Sweep *sweep, gsize from, guint first, guint end, TplSweepHit *hit)
{
  for (gsize at = from; at < sweep->length; at++) {
    if (!sweep->may_begin[(guchar)sweep->text[at]])
      continue;
    for (guint i = first; i < end; i++) {
      char *now = NULL;
      gsize length = recognisers[i].recognise (sweep, at, &now);
      if (length == 0)
        continue;
      *hit = (TplSweepHit){.start = at, .length = length, .now = now};
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
tpl_sweep_next (const TplRefMap *map, const char *text, gsize length, gsize from, TplSweepHit *hit)
{
  const Sweep sweep = begin (map, text, length);
  return next_hit (&sweep, from, 0, G_N_ELEMENTS (recognisers), hit);
}

static void
replace (const Sweep *sweep, guint first, guint end, GString *out)
{
  TplSweepHit hit;
  gsize at = 0;
  while (next_hit (sweep, at, first, end, &hit)) {
    g_string_append_len (out, sweep->text + at, (gssize)(hit.start - at));
    if (hit.now != NULL)
      g_string_append (out, hit.now);
    else
      g_string_append_len (out, sweep->text + hit.start, (gssize)hit.length);
    at = hit.start + hit.length;
    g_free (hit.now);
  }
  g_string_append_len (out, sweep->text + at, (gssize)(sweep->length - at));
}

void
tpl_sweep (const TplRefMap *map, const char *text, gsize length, GString *out)
{
  /* Twice, since an LV's name may hold a UUID. */
  g_autoptr (GString) named = g_string_sized_new (length + 64);
  const Sweep names = begin (map, text, length);
  replace (&names, 0, NAMES, named);
  const Sweep uuids = begin (map, named->str, named->len);
  replace (&uuids, NAMES, G_N_ELEMENTS (recognisers), out);
}
