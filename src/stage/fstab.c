/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/fstab.h"

#include <string.h>

#include "refs/ref-map.h"

/* Three octal digits after a backslash stand for a byte (getmntent(3)). */
static char *
unescape (const char *field)
{
  return g_strcompress (field);
}

/* The text between quotes, as UUID="..." may have it. */
static char *
unquote (const char *spec)
{
  GString *plain = g_string_new (NULL);
  for (; *spec; spec++)
    if (*spec != '"' && *spec != '\'')
      g_string_append_c (plain, *spec);
  return g_string_free (plain, FALSE);
}

static gboolean
matches (const char *spec, const char *format, const char *name)
{
  g_autofree char *spelling = name && *name ? g_strdup_printf ("%s%s", format, name) : NULL;
  return spelling && g_ascii_strcasecmp (spec, spelling) == 0;
}

static gboolean
names_content (const char *spec, const TplVolume *volume)
{
  return matches (spec, "UUID=", volume->uuid)
         || matches (spec, "/dev/disk/by-uuid/", volume->uuid)
         || (volume->label
             && (g_str_has_prefix (spec, "LABEL=") ? strcmp (spec + 6, volume->label) == 0
                                                   : matches (spec, "/dev/disk/by-label/",
                                                              volume->label)));
}

/* /dev/sda2, /dev/vda2, /dev/xvda2, /dev/nvme0n1p2: the guest has one disk, so the number decides. */
static gboolean
is_kernel_name (const char *spec, guint64 number)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("^/dev/(?:(?:sd|vd|hd|xvd)a|(?:nvme0n1|mmcblk0)p)(\\d+)$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  if (!g_regex_match (regex, spec, 0, &match))
    return FALSE;
  g_autofree char *digits = g_match_info_fetch (match, 1);
  return g_ascii_strtoull (digits, NULL, 10) == number;
}

static gboolean
names_partition (const char *spec, const TplPartition *partition)
{
  return matches (spec, "PARTUUID=", partition->uuid)
         || matches (spec, "/dev/disk/by-partuuid/", partition->uuid)
         || (partition->name
             && (matches (spec, "PARTLABEL=", partition->name)
                 || matches (spec, "/dev/disk/by-partlabel/", partition->name)))
         || is_kernel_name (spec, partition->number);
}

static gboolean
names_logical (const char *spec, const TplVolumeGroup *group, const TplLogicalVolume *logical)
{
  g_autofree char *mapper = tpl_lvm_mapper_name (group->name, logical->name);
  g_autofree char *path = g_strdup_printf ("%s/%s", group->name, logical->name);
  g_autofree char *vg_uuid = tpl_uuid_undashed (group->uuid);
  g_autofree char *lv_uuid = tpl_uuid_undashed (logical->uuid);
  g_autofree char *dm_uuid = g_strconcat (vg_uuid, lv_uuid, NULL);
  return matches (spec, "/dev/mapper/", mapper) || matches (spec, "/dev/", path)
         || matches (spec, "/dev/disk/by-id/dm-name-", mapper)
         || matches (spec, "/dev/disk/by-id/dm-uuid-LVM-", dm_uuid);
}

static TplVolume *
find (const char *spec, TplLayout *layout)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++)
    if (names_content (spec, volumes->pdata[i]))
      return volumes->pdata[i];
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (partition->volume && names_partition (spec, partition))
      return partition->volume;
  }
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    for (guint j = 0; j < group->logical_volumes->len; j++) {
      const TplLogicalVolume *logical = group->logical_volumes->pdata[j];
      if (names_logical (spec, group, logical))
        return logical->volume;
    }
  }
  return NULL;
}

/* It becomes part of paths in the appliance, of messages and of JSON. */
static gboolean
is_plain_path (const char *path)
{
  if (*path != '/' || !g_utf8_validate (path, -1, NULL) || strstr (path, "/../")
      || g_str_has_suffix (path, "/.."))
    return FALSE;
  for (const char *at = path; *at; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;
  return TRUE;
}

/* Which subvolume of a btrfs the options ask for. */
static void
take_options (const char *options, TplGuestMount *mount)
{
  g_auto (GStrv) words = g_strsplit (options, ",", -1);
  for (size_t i = 0; words[i]; i++) {
    if (g_str_has_prefix (words[i], "subvol=")) {
      const char *path = words[i] + strlen ("subvol=");
      g_free (mount->subvolume);
      mount->subvolume = g_strdup (path + strspn (path, "/"));
    } else if (g_str_has_prefix (words[i], "subvolid="))
      mount->subvolume_id = g_ascii_strtoull (words[i] + strlen ("subvolid="), NULL, 0);
  }
}

static void
add_mount (const TplVolume *volume, const char *mountpoint, const char *options, GPtrArray *mounts)
{
  g_autofree char *plain = unescape (options);
  TplGuestMount *mount = g_new0 (TplGuestMount, 1);
  mount->volume_id = g_strdup (volume->id);
  mount->mountpoint = g_strdup (mountpoint);
  take_options (plain, mount);
  g_ptr_array_add (mounts, mount);
}

static void
apply_line (const char *line, TplLayout *layout, GPtrArray *mounts, GPtrArray *foreign)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t\r", -1);
  const char *fields[4] = { NULL, NULL, NULL, "" };
  size_t count = 0;
  for (size_t i = 0; words[i] && count < G_N_ELEMENTS (fields); i++)
    if (*words[i])
      fields[count++] = words[i];
  if (count < 2 || *fields[0] == '#')
    return;
  g_autofree char *raw = unescape (fields[0]);
  g_autofree char *spec = unquote (raw);
  g_autofree char *mountpoint = unescape (fields[1]);
  TplVolume *volume = find (spec, layout);
  if (volume && is_plain_path (mountpoint))
    add_mount (volume, mountpoint, fields[3], mounts);
  if (!volume && (strchr (spec, '=') || g_str_has_prefix (spec, "/dev/")))
    g_ptr_array_add (foreign, g_strescape (spec, "\""));
}

GPtrArray *
tpl_fstab_read (const char *text, TplLayout *layout, GPtrArray *mounts)
{
  GPtrArray *foreign = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i]; i++)
    apply_line (lines[i], layout, mounts, foreign);
  return foreign;
}
