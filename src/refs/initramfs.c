/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/initramfs.h"

#include "helper/guest-glob.h"
#include "helper/newc.h"
#include "refs/refs.h"
#include "refs/unit-name.h"

#include <string.h>
#include <sys/stat.h>

/* initramfs-tools: conf/, cryptroot/. dracut: hooks, cmdline.d, fstab.empty, units. Both: etc/lvm.
 */
static const char *const globs[] = {
    "conf/**",
    "cryptroot/*",
    "etc/blkid.tab*",
    "etc/cmdline",
    "etc/cmdline.d/*",
    "etc/conf.d/*",
    "etc/crypttab*",
    "etc/fstab*",
    "etc/kdump.conf",
    "etc/kernel/*",
    "etc/lvm/**",
    "etc/systemd/system/**",
    "etc/udev/rules.d/*",
    "lib/dracut/hooks/**",
    "lib/dracut/hostonly-files",
    "usr/lib/dracut/hooks/**",
    "usr/lib/dracut/hostonly-files",
    "usr/lib/systemd/system/*.requires/*.device",
    "usr/lib/systemd/system/*.wants/*.device",
    "var/lib/dracut/hooks/**",
    NULL,
};

const char *const *
tpl_initramfs_globs (void)
{
  return globs;
}

TplInitramfsMember *
tpl_initramfs_member_new (const char *name, guint32 mode, guint32 nlink, GBytes *content)
{
  TplInitramfsMember *member = g_new0 (TplInitramfsMember, 1);
  member->name = g_strdup (name);
  member->mode = mode;
  member->nlink = nlink;
  member->content = g_bytes_ref (content);
  return member;
}

void
tpl_initramfs_member_free (TplInitramfsMember *member)
{
  g_free (member->name);
  g_bytes_unref (member->content);
  g_free (member);
}

/* One image's edit. */
typedef struct {
  const TplRefMap *map;
  const char *image_path;
  const GPtrArray *members;
  GPtrArray *overrides;
  GPtrArray *warnings;
} Overlay;

static const TplInitramfsMember *
find_member (const GPtrArray *members, const char *name)
{
  for (guint i = 0; i < members->len; i++) {
    const TplInitramfsMember *member = g_ptr_array_index (members, i);
    if (strcmp (member->name, name) == 0)
      return member;
  }
  return NULL;
}

static gboolean
is_link_to (const TplInitramfsMember *member, const char *target)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (member->content, &length);
  return S_ISLNK (member->mode) && length == strlen (target) && memcmp (data, target, length) == 0;
}

static void
add (const Overlay *overlay, const char *name, guint32 mode, GBytes *content)
{
  g_ptr_array_add (overlay->overrides, tpl_initramfs_member_new (name, mode, 1, content));
}

/* Lays a link over whatever has that name, unless it is there already. */
static void
add_link (const Overlay *overlay, const char *name, const char *target)
{
  const TplInitramfsMember *old = find_member (overlay->members, name);
  const TplInitramfsMember *added = find_member (overlay->overrides, name);
  if ((old != NULL && is_link_to (old, target)) || added != NULL)
    return;
  g_autoptr (GBytes) content = g_bytes_new (target, strlen (target));
  add (overlay, name, S_IFLNK | 0777, content);
}

static void
add_file (const Overlay *overlay, const TplInitramfsMember *old, const char *name, GBytes *content)
{
  /* The kernel writes into the inode that has the name. One with other names must not be written
   * to: the link takes the name off it, and the file the link's place. */
  if (old->nlink > 1 && strcmp (old->name, name) == 0)
    add_link (overlay, name, "/nonexistent");
  add (overlay, name, old->mode, content);
}

/* What a device unit's name without its suffix became. `*now` is set for TPL_REF_CHANGED. */
static TplRefVerdict
translate_unit (const TplRefMap *map, const char *unit, char **now)
{
  g_autofree char *device = tpl_unit_name_to_path (unit);
  g_autofree char *changed = NULL;
  if (device == NULL)
    return TPL_REF_UNCHANGED;
  TplRefVerdict verdict = tpl_ref_map_device (map, device, &changed);
  if (verdict == TPL_REF_CHANGED)
    *now = tpl_unit_name_from_path (changed);
  return verdict;
}

/* DIR.wants/UNIT.device -> ../UNIT.device: what the initrd waits for. systemd of EL7 goes by the
 * name in the directory and needs the unit masked; later ones skip a link to /dev/null there. */
static void
overlay_wanted_device (const Overlay *overlay, const TplInitramfsMember *member)
{
  g_autofree char *directory = g_path_get_dirname (member->name);
  g_autofree char *file = g_path_get_basename (member->name);
  g_autofree char *unit = g_strndup (file, strlen (file) - strlen (".device"));
  g_autofree char *now = NULL;
  TplRefVerdict verdict = translate_unit (overlay->map, unit, &now);
  if (verdict != TPL_REF_CHANGED && verdict != TPL_REF_REMOVED)
    return;
  g_autofree char *mask = g_strconcat ("etc/systemd/system/", file, NULL);
  add_link (overlay, member->name, "/dev/null");
  add_link (overlay, mask, "/dev/null");
  if (verdict == TPL_REF_REMOVED)
    return;
  g_autofree char *wanted = g_strconcat (directory, "/", now, ".device", NULL);
  g_autofree char *target = g_strconcat ("../", now, ".device", NULL);
  add_link (overlay, wanted, target);
}

/* UNIT.device.d/timeout.conf: the same for the new unit. */
static gboolean
overlay_device_settings (const Overlay *overlay, const TplInitramfsMember *member)
{
  static const char suffix[] = ".device.d";
  g_autofree char *directory = g_path_get_dirname (member->name);
  g_autofree char *above = g_path_get_dirname (directory);
  g_autofree char *last = g_path_get_basename (directory);
  if (!g_str_has_suffix (last, suffix))
    return FALSE;
  g_autofree char *unit = g_strndup (last, strlen (last) - strlen (suffix));
  g_autofree char *now = NULL;
  if (translate_unit (overlay->map, unit, &now) != TPL_REF_CHANGED)
    return FALSE;

  g_autofree char *file = g_path_get_basename (member->name);
  g_autofree char *new_directory = g_strconcat (above, "/", now, suffix, NULL);
  g_autofree char *name = g_strconcat (new_directory, "/", file, NULL);
  const TplInitramfsMember *old = find_member (overlay->members, name);
  if (old != NULL && g_bytes_equal (old->content, member->content))
    return TRUE;
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  add (overlay, new_directory, S_IFDIR | 0755, empty);
  add_file (overlay, member, name, member->content);
  return TRUE;
}

/* dracut: initqueue/finished/devexists-\x2fdev\x2f....sh must succeed before the initrd goes on,
 * and emergency/80-....sh complains. */
static gboolean
waits_for_removed (const TplRefMap *map, const char *name)
{
  const char *path = strstr (name, "\\x2fdev\\x2f");
  if (path == NULL || strstr (name, "dracut/hooks/") == NULL || !g_str_has_suffix (name, ".sh"))
    return FALSE;
  g_autofree char *bare = g_strndup (path, strlen (path) - strlen (".sh"));
  g_auto (GStrv) parts = g_strsplit (bare, "\\x2f", -1);
  g_autofree char *device = g_strjoinv ("/", parts);
  g_autofree char *unused = NULL;
  return tpl_ref_map_device (map, device, &unused) == TPL_REF_REMOVED;
}

/* Text of no kind that we know is only swept. */
static gboolean
edit_any (const TplRefEdit *edit, const char *text, GString *out, GError **error G_GNUC_UNUSED)
{
  return tpl_edit_line_keep (edit, text, out);
}

static const TplRefKind any_text = {.name = "text", .edit = edit_any};

/* Files that stand elsewhere than in the guest, and where the like stands there. */
static const struct {
  const char *glob;
  const char *like;
} places[] = {
    {"conf/**", "/etc/initramfs-tools/initramfs.conf"},
    {"cryptroot/crypttab", "/etc/crypttab"},
    {"etc/fstab.*", "/etc/fstab"},
};

static const TplRefKind *
kind_of (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (tpl_glob_match (places[i].glob, name))
      return tpl_ref_kind_for_path (places[i].like);
  g_autofree char *path = g_strconcat ("/", name, NULL);
  const TplRefKind *kind = tpl_ref_kind_for_path (path);
  return kind != NULL ? kind : &any_text;
}

static gboolean
overlay_text (const Overlay *overlay, const TplInitramfsMember *member, GError **error)
{
  const TplRefKind *kind = kind_of (member->name);
  g_autofree char *path = g_strconcat ("/", member->name, NULL);
  if (tpl_refs_removes (kind, overlay->map, path)) {
    add_link (overlay, member->name, "/nonexistent");
    return TRUE;
  }

  g_autoptr (GBytes) after = NULL;
  g_autofree char *shown = g_strconcat (overlay->image_path, "!", member->name, NULL);
  if (waits_for_removed (overlay->map, member->name))
    after = g_bytes_new_static (":\n", 2);
  else if (!tpl_refs_edit (kind, overlay->map, shown, member->content, &after, overlay->warnings,
                           error))
    return FALSE;
  if (after != NULL && !g_bytes_equal (after, member->content))
    add_file (overlay, member, member->name, after);
  return TRUE;
}

static gboolean
overlay_member (const Overlay *overlay, const TplInitramfsMember *member, GError **error)
{
  gboolean wanted = tpl_glob_match ("**.wants/*.device", member->name) ||
                    tpl_glob_match ("**.requires/*.device", member->name);
  if (wanted && !is_link_to (member, "/dev/null"))
    overlay_wanted_device (overlay, member);
  if (!S_ISREG (member->mode) || overlay_device_settings (overlay, member))
    return TRUE;
  return overlay_text (overlay, member, error);
}

GPtrArray *
tpl_initramfs_overrides (const TplRefMap *map, const char *image_path, const GPtrArray *members,
                         GPtrArray *warnings, GError **error)
{
  g_autoptr (GPtrArray) overrides =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_initramfs_member_free);
  const Overlay overlay = {map, image_path, members, overrides, warnings};
  for (guint i = 0; i < members->len; i++)
    if (!overlay_member (&overlay, g_ptr_array_index (members, i), error))
      return NULL;
  return g_steal_pointer (&overrides);
}

GBytes *
tpl_initramfs_archive (const GPtrArray *members)
{
  char *data = NULL;
  size_t size = 0;
  FILE *stream = open_memstream (&data, &size);
  if (stream == NULL)
    return NULL;
  for (guint i = 0; i < members->len; i++) {
    const TplInitramfsMember *member = g_ptr_array_index (members, i);
    gsize length = 0;
    const void *content = g_bytes_get_data (member->content, &length);
    /* Inode numbers differ, since tools take equal ones for hard links. */
    const struct tpl_newc_header header = {
        .ino = i + 1,
        .mode = member->mode,
        .nlink = S_ISDIR (member->mode) ? 2 : 1,
        .size_bytes = (uint32_t)length,
    };
    tpl_newc_write (stream, &header, member->name, content != NULL ? content : "");
  }
  tpl_newc_write_trailer (stream);
  gboolean failed = ferror (stream) != 0;
  if (fclose (stream) == 0 && !failed)
    return g_bytes_new_with_free_func (data, size, free, data);
  free (data);
  return NULL;
}
