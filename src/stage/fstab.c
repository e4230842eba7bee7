/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/fstab.h"

#include <string.h>

#include "refs/ref-map.h"
#include "refs/unit-name.h"

/* Three octal digits after a backslash stand for a byte (getmntent(3)); 0: they stand for
 * themselves, as any other backslash does. */
static char
octal_byte (const char *text)
{
  unsigned value = 0;
  for (int i = 1; i <= 3; i++) {
    if (text[i] < '0' || text[i] > '7')
      return 0;
    value = value * 8 + (unsigned)(text[i] - '0');
  }
  return value < 256 ? (char)value : 0;
}

static char *
unescape (const char *field)
{
  GString *plain = g_string_new (NULL);
  while (*field) {
    char byte = *field == '\\' ? octal_byte (field) : 0;
    g_string_append_c (plain, byte ? byte : *field);
    field += byte ? 4 : 1;
  }
  return g_string_free (plain, FALSE);
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

/* Labels are told apart by case; udev escapes them in its links, as \x20. */
static gboolean
names_label (const char *spec, const char *label)
{
  static const char by_label[] = "/dev/disk/by-label/";
  if (g_str_has_prefix (spec, "LABEL="))
    return strcmp (spec + strlen ("LABEL="), label) == 0;
  if (!g_str_has_prefix (spec, by_label))
    return FALSE;
  g_autofree char *name = tpl_unescape_hex (spec + strlen (by_label));
  return g_strcmp0 (name, label) == 0;
}

static gboolean
names_content (const char *spec, const TplVolume *volume)
{
  return matches (spec, "UUID=", volume->uuid)
         || matches (spec, "/dev/disk/by-uuid/", volume->uuid)
         || (volume->label && *volume->label && names_label (spec, volume->label));
}

/* /dev/sda2, /dev/vda2, /dev/xvda2, /dev/nvme0n1p2: the guest has one disk, so the number
 * decides. */
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

/* The first two words of a line of fstab or crypttab, unescaped; FALSE: it has none. */
static gboolean
first_fields (const char *line, char *fields[2])
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t\r", -1);
  size_t count = 0;
  for (size_t i = 0; words[i] && count < 2; i++)
    if (*words[i])
      fields[count++] = unescape (words[i]);
  return count == 2 && *fields[0] != '#';
}

/* crypttab(5) says which device has that name when it is opened; EL names it after its UUID. */
static char *
crypttab_device (const char *crypttab, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (crypttab ? crypttab : "", "\n", -1);
  for (size_t i = 0; lines[i]; i++) {
    char *fields[2] = { NULL, NULL };
    gboolean has_both = first_fields (lines[i], fields);
    g_autofree char *first = fields[0];
    g_autofree char *second = fields[1];
    if (has_both && strcmp (first, name) == 0)
      return unquote (second);
  }
  return g_str_has_prefix (name, "luks-") ? g_strconcat ("UUID=", name + strlen ("luks-"), NULL)
                                          : NULL;
}

/* What an encrypted volume holds, by the name that the guest opens it under. */
static TplVolume *
find_opened (const char *spec, const char *crypttab, TplLayout *layout)
{
  if (!g_str_has_prefix (spec, "/dev/mapper/"))
    return NULL;
  g_autofree char *device = crypttab_device (crypttab, spec + strlen ("/dev/mapper/"));
  const TplVolume *carrier = device ? find (device, layout) : NULL;
  const TplEncrypted *encrypted = carrier ? tpl_layout_encrypted (layout, carrier->id) : NULL;
  return encrypted ? encrypted->volume : NULL;
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
apply_line (const char *line, const char *crypttab, TplLayout *layout, GPtrArray *mounts,
            GPtrArray *foreign)
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
  if (!volume)
    volume = find_opened (spec, crypttab, layout);
  if (volume && is_plain_path (mountpoint))
    add_mount (volume, mountpoint, fields[3], mounts);
  if (!volume && (strchr (spec, '=') || g_str_has_prefix (spec, "/dev/")))
    g_ptr_array_add (foreign, g_strescape (spec, "\""));
}

GPtrArray *
tpl_fstab_read (const char *text, const char *crypttab, TplLayout *layout, GPtrArray *mounts)
{
  GPtrArray *foreign = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i]; i++)
    apply_line (lines[i], crypttab, layout, mounts, foreign);
  return foreign;
}
