/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/xfs-mkfs.h"

#include <string.h>

#include "plan/size.h"
#include "tpl-shrink.h"

/* The long option comes first: a version that does not know it stops there, and complains of it
 * instead of -Z. Both ways the usage text follows. */
const char *const tpl_mkfs_xfs_probe[] = {"mkfs.xfs", "--unsupported", "-Z", NULL};

/* A feature and the sub-option that switches it. `must`: a filesystem without it is another one. */
static const struct {
  const char *section;
  const char *option;
  const char *fact;
  gboolean must;
} features[] = {
    {"m", "crc", "crc", TRUE},
    {"m", "finobt", "finobt", FALSE},
    {"m", "rmapbt", "rmapbt", FALSE},
    {"m", "reflink", "reflink", FALSE},
    {"m", "inobtcount", "inobtcount", FALSE},
    {"m", "bigtime", "bigtime", FALSE},
    {"m", "metadir", "metadir", FALSE},
    {"i", "projid32bit", "projid32", FALSE},
    {"i", "sparse", "sparse_inodes", FALSE},
    {"i", "nrext64", "nrext64", FALSE},
    {"i", "exchange", "exchange", FALSE},
    {"l", "lazy-count", "lazy_count", FALSE},
    {"n", "ftype", "ftype", TRUE},
    {"n", "parent", "parent", FALSE},
};

static const char *const sections[] = {"b", "s", "m", "d", "i", "l", "n"};

void
tpl_mkfs_xfs_caps_free (TplMkfsXfsCaps *caps)
{
  if (caps == NULL)
    return;
  g_strfreev (caps->options);
  g_free (caps);
}

static gboolean
is_word_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

/* Adds the words of one "[-m crc=0|1,finobt=0|1 ..." to `options`. The values ("0", "num") come
 * along and do no harm. */
static void
parse_section (const char *text, const char *end, GPtrArray *options)
{
  const char section = text[2];

  g_ptr_array_add (options, g_strdup_printf ("%c", section));
  for (const char *c = text + 3; c < end; c++) {
    const char *word = c;

    while (c < end && is_word_char (*c))
      c++;
    if (c > word)
      g_ptr_array_add (options, g_strdup_printf ("%c.%.*s", section, (int)(c - word), word));
  }
}

TplMkfsXfsCaps *
tpl_mkfs_xfs_caps_parse (const char *usage)
{
  TplMkfsXfsCaps *caps = g_new0 (TplMkfsXfsCaps, 1);
  GPtrArray *options = g_ptr_array_new ();
  const char *section = strstr (usage, "[-");

  caps->unsupported = strstr (usage, "invalid option -- 'Z'") != NULL;
  while (section != NULL && section[2] != '\0') {
    /* Not the closing bracket: not every section has one. */
    const char *next = strstr (section + 2, "[-");

    parse_section (section, next != NULL ? next : section + strlen (section), options);
    section = next;
  }
  g_ptr_array_add (options, NULL);
  caps->options = (char **)g_ptr_array_free (options, FALSE);
  return caps;
}

gboolean
tpl_mkfs_xfs_caps_has (const TplMkfsXfsCaps *caps, const char *section, const char *name)
{
  g_autofree char *option =
      name != NULL ? g_strdup_printf ("%s.%s", section, name) : g_strdup (section);

  return g_strv_contains ((const char *const *)caps->options, option);
}

static void append (GString *list, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append (GString *list, const char *format, ...)
{
  va_list args;

  if (list->len > 0)
    g_string_append_c (list, ',');
  va_start (args, format);
  g_string_append_vprintf (list, format, args);
  va_end (args);
}

static void
append_fact (GString *list, const char *option, const TplVolume *target, const char *fact)
{
  append (list, "%s=%" G_GUINT64_FORMAT, option, tpl_volume_get_fact (target, fact, 0));
}

/* The sub-options of one option that carry numbers, UUID and the like. */
static void
append_geometry (GString *list, char section, const TplVolume *target, const TplMkfsXfsCaps *caps)
{
  const guint64 block_bytes = MAX (tpl_volume_get_fact (target, "block_bytes", 0), 1);

  switch (section) {
  case 'b':
    append_fact (list, "size", target, "block_bytes");
    break;
  case 's':
    append_fact (list, "size", target, "sector_bytes");
    break;
  case 'm':
    if (target->uuid != NULL)
      append (list, "uuid=%s", target->uuid);
    break;
  case 'd':
    append (list, "size=%" G_GUINT64_FORMAT, tpl_size_round_down (target->size_bytes, block_bytes));
    append_fact (list, "agcount", target, "agcount");
    /* The stripes of the host's storage are none of the guest's. */
    if (tpl_mkfs_xfs_caps_has (caps, "d", "noalign"))
      append (list, "noalign");
    break;
  case 'i':
    append_fact (list, "size", target, "inode_bytes");
    append_fact (list, "maxpct", target, "imax_pct");
    append (list, "attr=%d", tpl_volume_get_fact (target, "attr2", 1) != 0 ? 2 : 1);
    break;
  case 'l':
    append_fact (list, "size", target, "log_bytes");
    break;
  case 'n':
    append_fact (list, "size", target, "dirblock_bytes");
    append (list, "version=%s", tpl_volume_get_fact (target, "ascii_ci", 0) != 0 ? "ci" : "2");
    break;
  default:
    g_assert_not_reached ();
  }
}

static void
append_features (GString *list, const char *section, const TplVolume *target,
                 const TplMkfsXfsCaps *caps)
{
  for (guint i = 0; i < G_N_ELEMENTS (features); i++) {
    if (strcmp (features[i].section, section) == 0 &&
        tpl_mkfs_xfs_caps_has (caps, section, features[i].option))
      append_fact (list, features[i].option, target, features[i].fact);
  }
}

static gboolean
check_caps (const TplVolume *target, const TplMkfsXfsCaps *caps, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (features); i++) {
    if (!features[i].must || tpl_volume_get_fact (target, features[i].fact, 0) == 0 ||
        tpl_mkfs_xfs_caps_has (caps, features[i].section, features[i].option))
      continue;
    g_set_error (
        error, TPL_ERROR, TPL_ERROR_HOST,
        "%s: this host's mkfs.xfs has no option -%s %s, and the guest's filesystem has that "
        "feature: install a newer xfsprogs",
        target->id, features[i].section, features[i].option);
    return FALSE;
  }
  if (target->uuid != NULL && !tpl_mkfs_xfs_caps_has (caps, "m", "uuid")) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_HOST,
                 "%s: this host's mkfs.xfs has no option -m uuid: install a newer xfsprogs",
                 target->id);
    return FALSE;
  }
  return TRUE;
}

char **
tpl_xfs_mkfs_argv (const TplVolume *target, const TplMkfsXfsCaps *caps, const char *device,
                   GError **error)
{
  GPtrArray *argv;

  if (!check_caps (target, caps, error))
    return NULL;
  argv = g_ptr_array_new ();
  g_ptr_array_add (argv, g_strdup ("mkfs.xfs"));
  if (caps->unsupported)
    g_ptr_array_add (argv, g_strdup ("--unsupported"));
  g_ptr_array_add (argv, g_strdup ("-q"));
  g_ptr_array_add (argv, g_strdup ("-f"));
  if (tpl_mkfs_xfs_caps_has (caps, "K", NULL))
    g_ptr_array_add (argv, g_strdup ("-K"));
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_autoptr (GString) list = g_string_new (NULL);

    append_geometry (list, sections[i][0], target, caps);
    append_features (list, sections[i], target, caps);
    if (list->len == 0)
      continue;
    g_ptr_array_add (argv, g_strdup_printf ("-%s", sections[i]));
    g_ptr_array_add (argv, g_strdup (list->str));
  }
  if (target->label != NULL && target->label[0] != '\0') {
    g_ptr_array_add (argv, g_strdup ("-L"));
    g_ptr_array_add (argv, g_strdup (target->label));
  }
  g_ptr_array_add (argv, g_strdup (device));
  g_ptr_array_add (argv, NULL);
  return (char **)g_ptr_array_free (argv, FALSE);
}
