/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spellings of a device: a table of prefixes, each with what the name behind it is. */
#include "refs/ref-map.h"
#include "refs/unit-name.h"

#include <string.h>

typedef TplRefVerdict (*Translate) (const TplRefMap *map, const char *name, char **changed);

static TplRefVerdict
by_uuid (const TplRefMap *map, const char *name, char **changed)
{
  return tpl_ref_map_name (map, TPL_REF_UUID, name, changed);
}

/* The kernel's root= knows PARTUUID=xxx/PARTNROFF=1 (init/do_mounts.c). */
static TplRefVerdict
by_partuuid (const TplRefMap *map, const char *name, char **changed)
{
  const char *rest = name + strcspn (name, "/");
  g_autofree char *uuid = g_strndup (name, (gsize)(rest - name));
  g_autofree char *now = NULL;
  TplRefVerdict verdict = tpl_ref_map_name (map, TPL_REF_PARTUUID, uuid, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = g_strconcat (now, rest, NULL);
  return verdict;
}

/* Labels with other than plain characters are escaped: \040 in fstab, \x20 by udev and in units. */
static char *
unescape_label (const char *name)
{
  if (strchr (name, '\\') == NULL)
    return g_strdup (name);
  char *hex = tpl_unescape_hex (name);
  if (hex != NULL)
    return hex;
  /* Of a backslash that escapes nothing g_strcompress () complains. */
  gsize backslashes = 0, length = strlen (name);
  while (backslashes < length && name[length - 1 - backslashes] == '\\')
    backslashes++;
  return backslashes % 2 == 1 ? g_strdup (name) : g_strcompress (name);
}

static char *
escape_label (const char *label, gboolean hex)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (const char *p = label; *p != '\0'; p++)
    if (g_ascii_isgraph (*p) && strchr ("\\\"'", *p) == NULL)
      g_string_append_c (out, *p);
    else
      g_string_append_printf (out, hex ? "\\x%02x" : "\\%03o", (guchar)*p);
  return g_strdup (out->str);
}

static TplRefVerdict
label_of_type (const TplRefMap *map, TplRefType type, gboolean hex, const char *name,
               char **changed)
{
  g_autofree char *label = unescape_label (name);
  g_autofree char *now = NULL;
  TplRefVerdict verdict = tpl_ref_map_name (map, type, label, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = escape_label (now, hex);
  return verdict;
}

static TplRefVerdict
by_label (const TplRefMap *map, const char *name, char **changed)
{
  return label_of_type (map, TPL_REF_LABEL, FALSE, name, changed);
}

static TplRefVerdict
by_partlabel (const TplRefMap *map, const char *name, char **changed)
{
  return label_of_type (map, TPL_REF_PARTLABEL, FALSE, name, changed);
}

static TplRefVerdict
udev_label (const TplRefMap *map, const char *name, char **changed)
{
  return label_of_type (map, TPL_REF_LABEL, TRUE, name, changed);
}

static TplRefVerdict
udev_partlabel (const TplRefMap *map, const char *name, char **changed)
{
  return label_of_type (map, TPL_REF_PARTLABEL, TRUE, name, changed);
}

static TplRefVerdict
lvm_uuid (const TplRefMap *map, const char *name, char **changed)
{
  return tpl_ref_map_name (map, TPL_REF_LVM_UUID, name, changed);
}

/* One of the LVM UUIDs, spelled without dashes. */
static TplRefVerdict
lvm_uuid_undashed (const TplRefMap *map, const char *name, char **changed)
{
  const GPtrArray *entries = tpl_ref_map_entries (map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if (entry->type != TPL_REF_LVM_UUID)
      continue;
    g_autofree char *undashed = tpl_uuid_undashed (entry->old);
    g_autofree char *undashed_now = tpl_uuid_undashed (entry->now != NULL ? entry->now : "");
    if (strcmp (undashed_now, name) == 0)
      return TPL_REF_UNCHANGED;
    if (strcmp (undashed, name) != 0)
      continue;
    g_autofree char *now = NULL;
    TplRefVerdict verdict = tpl_ref_map_name (map, TPL_REF_LVM_UUID, entry->old, &now);
    if (verdict == TPL_REF_CHANGED)
      *changed = tpl_uuid_undashed (now);
    return verdict;
  }
  return tpl_ref_map_name (map, TPL_REF_LVM_UUID, name, changed);
}

/* dm-uuid-LVM- is followed by the VG's and the LV's UUID without dashes, 32 characters each. */
static TplRefVerdict
lvm_pair (const TplRefMap *map, const char *name, char **changed)
{
  g_autofree char *vg = g_strndup (name, 32);
  const char *lv = name + strlen (vg);
  g_autofree char *new_vg = NULL;
  g_autofree char *new_lv = NULL;
  TplRefVerdict of_vg = lvm_uuid_undashed (map, vg, &new_vg);
  TplRefVerdict of_lv = lvm_uuid_undashed (map, lv, &new_lv);
  if (of_vg == TPL_REF_FOREIGN || of_vg == TPL_REF_REMOVED)
    return of_vg;
  if (of_lv == TPL_REF_FOREIGN || of_lv == TPL_REF_REMOVED)
    return of_lv;
  if (new_vg == NULL && new_lv == NULL)
    return TPL_REF_UNCHANGED;
  *changed = g_strconcat (new_vg != NULL ? new_vg : vg, new_lv != NULL ? new_lv : lv, NULL);
  return TPL_REF_CHANGED;
}

/* EL names an opened LUKS container luks-UUID. Others are free names, which crypttab defines. */
static TplRefVerdict
mapper (const TplRefMap *map, const char *name, char **changed)
{
  if (g_str_has_prefix (name, "luks-")) {
    g_autofree char *now = NULL;
    TplRefVerdict verdict = tpl_ref_map_name (map, TPL_REF_UUID, name + strlen ("luks-"), &now);
    if (verdict == TPL_REF_CHANGED)
      *changed = g_strconcat ("luks-", now, NULL);
    return verdict;
  }
  TplRefVerdict verdict = tpl_ref_map_mapper (map, name, changed);
  return verdict == TPL_REF_FOREIGN ? TPL_REF_UNCHANGED : verdict;
}

static TplRefVerdict
by_machine (const TplRefMap *map, const char *name G_GNUC_UNUSED, char **changed G_GNUC_UNUSED)
{
  return tpl_ref_map_is_identity (map) ? TPL_REF_UNCHANGED : TPL_REF_FOREIGN;
}

static TplRefVerdict
no_disk (const TplRefMap *map G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
         char **changed G_GNUC_UNUSED)
{
  return TPL_REF_UNCHANGED;
}

/* The name of a disk's first instance; a partition is its number, behind a `p` if `p` is said. */
static const struct {
  const char *kind;  /* followed by letters or digits of the instance */
  const char *first; /* of which this is the machine's first: the disk that a template has */
  const char *separator;
} disks[] = {
    {"sd", "a", ""}, {"vd", "a", ""},      {"xvd", "a", ""},
    {"hd", "a", ""}, {"nvme", "0n1", "p"}, {"mmcblk", "0", "p"},
};

/* A partition of the first disk is still found by its number, which never changes. */
static TplRefVerdict
kernel_name (const TplRefMap *map, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (disks); i++) {
    if (!g_str_has_prefix (name, disks[i].kind))
      continue;
    const char *instance = name + strlen (disks[i].kind);
    if (!g_str_has_prefix (instance, disks[i].first))
      return by_machine (map, name, NULL);
    const char *rest = instance + strlen (disks[i].first);
    if (*rest == '\0')
      return TPL_REF_UNCHANGED;
    if (!g_str_has_prefix (rest, disks[i].separator))
      return by_machine (map, name, NULL);
    g_autofree char *unused = NULL;
    return tpl_ref_map_name (map, TPL_REF_PARTITION, rest + strlen (disks[i].separator), &unused);
  }
  return g_str_has_prefix (name, "dm-") ? by_machine (map, name, NULL) : TPL_REF_UNCHANGED;
}

static TplRefVerdict
below_dev (const TplRefMap *map, const char *name, char **changed)
{
  const char *slash = strchr (name, '/');
  if (slash == NULL)
    return kernel_name (map, name);
  if (slash[1] == '\0' || strchr (slash + 1, '/') != NULL)
    return TPL_REF_UNCHANGED;
  TplRefVerdict verdict = tpl_ref_map_name (map, TPL_REF_LV, name, changed);
  return verdict == TPL_REF_FOREIGN ? TPL_REF_UNCHANGED : verdict;
}

/* The first prefix that fits is taken: longer ones stand before those that they begin with. */
static const struct {
  const char *prefix;
  Translate translate;
} spellings[] = {
    {"UUID=", by_uuid},
    {"PARTUUID=", by_partuuid},
    {"LABEL=", by_label},
    {"PARTLABEL=", by_partlabel},
    {"ID=", by_machine},
    {"/dev/disk/by-uuid/", by_uuid},
    {"/dev/disk/by-partuuid/", by_partuuid},
    {"/dev/disk/by-label/", udev_label},
    {"/dev/disk/by-partlabel/", udev_partlabel},
    {"/dev/disk/by-id/dm-name-", mapper},
    {"/dev/disk/by-id/dm-uuid-LVM-", lvm_pair},
    {"/dev/disk/by-id/lvm-pv-uuid-", lvm_uuid},
    {"/dev/disk/", by_machine},
    {"/dev/mapper/", mapper},
    {"/dev/md/", no_disk},
    {"/dev/", below_dev},
};

static TplRefVerdict
translate_unquoted (const TplRefMap *map, const char *spec, char **changed)
{
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++) {
    if (!g_str_has_prefix (spec, spellings[i].prefix))
      continue;
    const char *name = spec + strlen (spellings[i].prefix);
    /* UUID="..." and UUID='...', as util-linux reads them. */
    gsize length = strlen (name);
    gboolean quoted = length >= 2 && (*name == '"' || *name == '\'') && name[length - 1] == *name;
    g_autofree char *bare = quoted ? g_strndup (name + 1, length - 2) : g_strdup (name);
    g_autofree char *quote = g_strndup (name, quoted ? 1 : 0);
    g_autofree char *now = NULL;
    TplRefVerdict verdict = spellings[i].translate (map, bare, &now);
    if (verdict == TPL_REF_CHANGED)
      *changed = g_strconcat (spellings[i].prefix, quote, now, quote, NULL);
    return verdict;
  }

  const char *slash = strchr (spec, '/');
  if (slash == NULL || slash == spec || strchr (slash + 1, '/') != NULL)
    return TPL_REF_UNCHANGED;
  TplRefVerdict verdict = tpl_ref_map_name (map, TPL_REF_LV, spec, changed);
  return verdict == TPL_REF_FOREIGN ? TPL_REF_UNCHANGED : verdict;
}

TplRefVerdict
tpl_ref_map_device (const TplRefMap *map, const char *spec, char **changed)
{
  gsize length = strlen (spec);
  *changed = NULL;
  gboolean quoted = length >= 2 && (*spec == '"' || *spec == '\'') && spec[length - 1] == *spec;
  if (!quoted)
    return translate_unquoted (map, spec, changed);

  g_autofree char *bare = g_strndup (spec + 1, length - 2);
  g_autofree char *now = NULL;
  TplRefVerdict verdict = translate_unquoted (map, bare, &now);
  if (verdict == TPL_REF_CHANGED)
    *changed = g_strdup_printf ("%c%s%c", *spec, now, *spec);
  return verdict;
}
