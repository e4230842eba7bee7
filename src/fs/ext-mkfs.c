/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/ext-mkfs.h"

#include "fs/fs-plan.h"
#include "plan/size.h"

/* s_default_mount_opts, by tune2fs's names (Linux, fs/ext4/super.rst: s_default_mount_opts). */
static const struct {
  guint32 bits;
  guint32 mask;
  const char *name;
} mount_options[] = {
  { 0x1, 0x1, "debug" },
  { 0x2, 0x2, "bsdgroups" },
  { 0x4, 0x4, "user_xattr" },
  { 0x8, 0x8, "acl" },
  { 0x10, 0x10, "uid16" },
  { 0x20, 0x60, "journal_data" },
  { 0x40, 0x60, "journal_data_ordered" },
  { 0x60, 0x60, "journal_data_writeback" },
  { 0x100, 0x100, "nobarrier" },
  { 0x200, 0x200, "block_validity" },
  { 0x400, 0x400, "discard" },
  { 0x800, 0x800, "nodelalloc" },
};

static char *
number (guint64 value)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, value);
}

static void
add_option (GPtrArray *argv, const char *option, char *value)
{
  g_ptr_array_add (argv, g_strdup (option));
  g_ptr_array_add (argv, value);
}

static char **
finish (GPtrArray *argv, const char *device)
{
  g_ptr_array_add (argv, g_strdup (device));
  g_ptr_array_add (argv, NULL);
  return (char **)g_ptr_array_free (argv, FALSE);
}

char **
tpl_mke2fs_probe (const char *feature)
{
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, g_strdup ("mke2fs"));
  g_ptr_array_add (argv, g_strdup ("-n"));
  add_option (argv, "-O", g_strconcat ("none,", feature, NULL));
  return finish (argv, "/nonexistent/device");
}

static char *
features_of (const TplVolume *target, const char *const *without)
{
  GString *list = g_string_new ("none");

  for (const TplFeature *feature = tpl_ext_features; feature->name != NULL; feature++) {
    if (tpl_volume_get_fact (target, feature->name, 0) != 0
        && (without == NULL || !g_strv_contains (without, feature->name)))
      g_string_append_printf (list, ",%s", feature->name);
  }
  return g_string_free (list, FALSE);
}

/* The tables are written now: what a fresh filesystem leaves to the kernel would go on in the
 * guest, which then writes to a disk that was made small. */
static char *
extended_options (const TplVolume *target)
{
  const guint64 stride = tpl_volume_get_fact (target, "stride", 0);
  const guint64 width = tpl_volume_get_fact (target, "stripe_width", 0);
  GString *list = g_string_new ("lazy_itable_init=0,lazy_journal_init=0,nodiscard");

  if (stride != 0)
    g_string_append_printf (list, ",stride=%" G_GUINT64_FORMAT, stride);
  if (width != 0)
    g_string_append_printf (list, ",stripe_width=%" G_GUINT64_FORMAT, width);
  return g_string_free (list, FALSE);
}

static const char *
errors_behaviour (const TplVolume *target)
{
  static const char *const names[] = { "continue", "continue", "remount-ro", "panic" };

  return names[tpl_volume_get_fact (target, "errors_behaviour", 1) % G_N_ELEMENTS (names)];
}

char **
tpl_mke2fs_argv (const TplVolume *target, const char *const *without, const char *device)
{
  const guint64 millionths = tpl_volume_get_fact (target, "reserved_millionths", 0);
  const guint64 flex = tpl_volume_get_fact (target, "flex_groups_log", 0);
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, g_strdup ("mke2fs"));
  g_ptr_array_add (argv, g_strdup ("-q"));
  g_ptr_array_add (argv, g_strdup ("-F"));
  add_option (argv, "-O", features_of (target, without));
  add_option (argv, "-b", number (tpl_volume_get_fact (target, "block_bytes", 4096)));
  add_option (argv, "-I", number (tpl_volume_get_fact (target, "inode_bytes", 256)));
  add_option (argv, "-N", number (tpl_volume_get_fact (target, "inode_count", 0)));
  /* In percent; whole numbers, so that no locale writes the point in its own way. */
  add_option (argv, "-m", g_strdup_printf ("%" G_GUINT64_FORMAT ".%04" G_GINT64_MODIFIER "u",
                                           millionths / 10000, millionths % 10000));
  add_option (argv, "-e", g_strdup (errors_behaviour (target)));
  add_option (argv, "-E", extended_options (target));
  if (tpl_volume_get_fact (target, "flex_bg", 0) != 0 && flex > 0 && flex < 31)
    add_option (argv, "-G", number (1u << flex));
  if (tpl_volume_get_fact (target, "has_journal", 0) != 0)
    add_option (argv, "-J", g_strdup_printf ("size=%" G_GUINT64_FORMAT,
                                             tpl_volume_get_fact (target, "journal_bytes", 0)
                                                 / TPL_MIB));
  if (target->uuid != NULL)
    add_option (argv, "-U", g_strdup (target->uuid));
  if (target->label != NULL)
    add_option (argv, "-L", g_strdup (target->label));
  /* Device and size: the plan may have left out a last group that is too small. */
  add_option (argv, device, number (tpl_volume_get_fact (target, "blocks", 0)));
  g_ptr_array_add (argv, NULL);
  return (char **)g_ptr_array_free (argv, FALSE);
}

/* What the plan says, and the opposite of what it does not. */
static char *
default_mount_options (const TplVolume *target)
{
  const guint64 bits = tpl_volume_get_fact (target, "default_mount_options", 0);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (mount_options); i++) {
    const gboolean on = (bits & mount_options[i].mask) == mount_options[i].bits;

    /* The journal's modes exclude each other: none of them is the absence of all. */
    if (mount_options[i].mask == 0x60 && !on && (bits & 0x60) != 0)
      continue;
    g_string_append_printf (list, "%s%s%s", list->len == 0 ? "" : ",", on ? "" : "^",
                            mount_options[i].name);
  }
  return g_string_free (list, FALSE);
}

/* A count is a signed number of 16 bits; 0 and -1 both mean never. */
static char *
max_mounts (const TplVolume *target)
{
  const guint64 count = tpl_volume_get_fact (target, "max_mounts", 0);

  return count == 0 || count > G_MAXINT16 ? g_strdup ("-1") : number (count);
}

char **
tpl_tune2fs_argv (const TplVolume *target, const char *device)
{
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, g_strdup ("tune2fs"));
  add_option (argv, "-o", default_mount_options (target));
  add_option (argv, "-c", max_mounts (target));
  /* In seconds: a number without a unit is days. */
  add_option (argv, "-i", g_strdup_printf ("%" G_GUINT64_FORMAT "s",
                                           tpl_volume_get_fact (target, "check_interval_seconds",
                                                                0)));
  add_option (argv, "-u", number (tpl_volume_get_fact (target, "reserved_uid", 0)));
  add_option (argv, "-g", number (tpl_volume_get_fact (target, "reserved_gid", 0)));
  return finish (argv, device);
}
