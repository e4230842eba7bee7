/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xfs-source.h"

#include "command.h"
#include "plan/size.h"

#include <string.h>

TplVolume *
xfs_source (guint64 used_bytes, const char *features)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  g_auto (GStrv) names = g_strsplit (features, " ", -1);

  volume->id = g_strdup ("lv:os/root");
  volume->type = g_strdup ("xfs");
  volume->used_bytes = used_bytes;
  tpl_volume_set_fact (volume, "block_bytes", 4096);
  tpl_volume_set_fact (volume, "sector_bytes", 512);
  tpl_volume_set_fact (volume, "inode_bytes", 512);
  tpl_volume_set_fact (volume, "dirblock_bytes", 4096);
  tpl_volume_set_fact (volume, "agcount", 4);
  tpl_volume_set_fact (volume, "log_bytes", 10 * TPL_MIB);
  tpl_volume_set_fact (volume, "imax_pct", 25);
  tpl_volume_set_fact (volume, "crc", 1);
  tpl_volume_set_fact (volume, "ftype", 1);
  tpl_volume_set_fact (volume, "lazy_count", 1);
  tpl_volume_set_fact (volume, "projid32", 1);
  tpl_volume_set_fact (volume, "attr2", 1);
  for (guint i = 0; names[i] != NULL; i++) {
    if (names[i][0] != '\0')
      tpl_volume_set_fact (volume, names[i], 1);
  }
  return volume;
}

/* "name = 5" or "name=5" in a text; -1 if it is not there. */
static gint64
find_number (const char *text, const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("(^|[^a-z0-9-])%s *= *([0-9]+)", name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *digits = NULL;

  if (!g_regex_match (regex, text, 0, &match))
    return -1;
  digits = g_match_info_fetch (match, 2);
  return g_ascii_strtoll (digits, NULL, 10);
}

TplVolume *
xfs_read (const char *image)
{
  static const char *const features[][2] = {
      {"crc", "crc"},
      {"ftype", "ftype"},
      {"finobt", "finobt"},
      {"sparse", "sparse_inodes"},
      {"rmapbt", "rmapbt"},
      {"reflink", "reflink"},
      {"bigtime", "bigtime"},
      {"inobtcount", "inobtcount"},
      {"nrext64", "nrext64"},
      {"projid32bit", "projid32"},
      {"lazy-count", "lazy_count"},
      {"ascii-ci", "ascii_ci"},
  };
  g_autofree char *super = command_run_words ("xfs_db", "-r", "-c", "sb 0", "-c", "p", image, NULL);
  g_autofree char *info = command_run_words ("xfs_info", image, NULL);
  const guint64 block = (guint64)find_number (super, "blocksize");
  TplVolume *volume = xfs_source (0, "");

  volume->used_bytes = (guint64)(find_number (super, "dblocks") - find_number (super, "fdblocks") -
                                 find_number (super, "logblocks")) *
                       block;
  volume->size_bytes = (guint64)find_number (super, "dblocks") * block;
  tpl_volume_set_fact (volume, "block_bytes", block);
  tpl_volume_set_fact (volume, "sector_bytes", (guint64)find_number (super, "sectsize"));
  tpl_volume_set_fact (volume, "inode_bytes", (guint64)find_number (super, "inodesize"));
  tpl_volume_set_fact (volume, "dirblock_bytes", block << find_number (super, "dirblklog"));
  tpl_volume_set_fact (volume, "agcount", (guint64)find_number (super, "agcount"));
  tpl_volume_set_fact (volume, "log_bytes", (guint64)find_number (super, "logblocks") * block);
  tpl_volume_set_fact (volume, "imax_pct", (guint64)find_number (super, "imax_pct"));
  tpl_volume_set_fact (volume, "inode_count", (guint64)find_number (super, "icount"));
  tpl_volume_set_fact (volume, "inode_free_count", (guint64)find_number (super, "ifree"));
  tpl_volume_set_fact (volume, "attr2", find_number (info, "attr") == 2 ? 1 : 0);
  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    tpl_volume_set_fact (volume, features[i][1], find_number (info, features[i][0]) == 1 ? 1 : 0);
  return volume;
}
