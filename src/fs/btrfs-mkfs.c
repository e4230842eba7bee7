/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/btrfs-mkfs.h"

#include <string.h>

#include "fs/argv.h"
#include "fs/fs-plan.h"

static const char *const checksums[] = { "crc32c", "xxhash", "sha256", "blake2" };

/* A line a feature, its name first. */
static gboolean
lists (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  const size_t length = strlen (name);

  for (size_t i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], name, length) == 0 &&
        (lines[i][length] == ' ' || lines[i][length] == '\0'))
      return TRUE;
  return FALSE;
}

/* The features of that option, on and off; mixed block groups have an option of their own. */
static void
add_features (GStrvBuilder *argv, const TplVolume *target, const char *option, const char *known)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (const TplFeature *feature = tpl_btrfs_features; feature->name != NULL; feature++) {
    if (feature->fate != TPL_FEATURE_KEPT || strcmp (feature->name, "mixed-bg") == 0
        || !lists (known, feature->name))
      continue;
    g_string_append_printf (list, "%s%s%s", list->len > 0 ? "," : "",
                            tpl_volume_get_fact (target, feature->name, 0) != 0 ? "" : "^",
                            feature->name);
  }
  if (list->len > 0)
    g_strv_builder_add_many (argv, option, list->str, NULL);
}

static const char *
profile (const TplVolume *target, const char *fact)
{
  return tpl_volume_get_fact (target, fact, 0) != 0 ? "dup" : "single";
}

char **
tpl_mkfs_btrfs_argv (const TplVolume *target, const TplMkfsBtrfsCaps *caps, const char *device)
{
  const guint64 checksum = tpl_volume_get_fact (target, "checksum", 0);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  g_strv_builder_add_many (argv, "mkfs.btrfs", "-q", "-f", "-K", NULL);
  /* Without a partition table, the disk is larger until it is published. */
  tpl_argv_add_number (argv, "-b", target->size_bytes);
  tpl_argv_add_number (argv, "-n", tpl_volume_get_fact (target, "node_bytes", 16384));
  tpl_argv_add_number (argv, "-s", tpl_volume_get_fact (target, "sector_bytes", 4096));
  /* What older ones have, they have without an option. */
  if (checksum > 0 && checksum < G_N_ELEMENTS (checksums))
    g_strv_builder_add_many (argv, "--csum", checksums[checksum], NULL);
  if (tpl_volume_get_fact (target, "mixed-bg", 0) != 0)
    g_strv_builder_add (argv, "-M");
  g_strv_builder_add_many (argv, "-d", profile (target, "data_dup"), "-m",
                           profile (target, "metadata_dup"), NULL);
  add_features (argv, target, "-O", caps->features);
  /* Newer ones know all features by both options. */
  if (!lists (caps->features, "free-space-tree"))
    add_features (argv, target, "-R", caps->runtime_features);
  if (target->uuid != NULL)
    g_strv_builder_add_many (argv, "-U", target->uuid, NULL);
  if (target->label != NULL)
    g_strv_builder_add_many (argv, "-L", target->label, NULL);
  g_strv_builder_add (argv, device);
  return g_strv_builder_end (argv);
}
