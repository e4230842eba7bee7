/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * btrfs on one device. Subvolumes are made anew at the same paths, and get new numbers; snapshots
 * become subvolumes of their own, whose plain data stay shared. Compressed data are carried over as
 * they are.
 */
#include <stdint.h>
#include <string.h>

#include "adapt/btrfs-superblock.h"
#include "adapt/process.h"
#include "error.h"
#include "fs/btrfs-mkfs.h"
#include "fs/btrfs-survey.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"
#include "fs/tree-copy.h"

static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  g_autoptr (GBytes) superblock
      = disk->read (disk, TPL_BTRFS_SUPERBLOCK_START, TPL_BTRFS_SUPERBLOCK_BYTES, error);
  if (!superblock || !tpl_btrfs_superblock_read (superblock, volume, error))
    return FALSE;
  /* Alone it can't be mounted, which says less. */
  return tpl_volume_get_fact (volume, "devices", 1) == 1
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "%s is one of several devices of a btrfs, which is not supported: make it one "
                      "with btrfs device remove and balance",
                      volume->id);
}

/* Hosts whose guests have no btrfs need none of them. */
static const TplTool tools[] = {
  { "mkfs.btrfs", FALSE },
  { "btrfstune", FALSE },
  { "btrfs", FALSE },
  { NULL, FALSE },
};

static gboolean
check_host (const TplVolume *volume, GError **error)
{
  for (const TplTool *tool = tools; tool->program; tool++) {
    g_autofree char *path = tpl_process_find (tool->program);
    if (!path)
      return tpl_fail (error, TPL_ERROR_HOST, "%s is btrfs, and this host has no %s: install btrfs-progs",
                       volume->id, tool->program);
  }
  return TRUE;
}

static gboolean
survey (const TplFsDisk *disk, const char *folder, const char *snapshots, TplVolume *volume,
        GPtrArray *subvolumes, GError **error)
{
  const gboolean drops = strcmp (snapshots, "drop") == 0;
  const char *const all[] = { "tpl-helper", "btrfs-survey", folder, NULL };
  const char *const some[] = { "tpl-helper", "btrfs-survey", "--without-snapshots", folder, NULL };
  g_autofree char *text = NULL;
  return check_host (volume, error) && disk->run (disk, drops ? some : all, NULL, &text, error)
         && tpl_btrfs_survey_read (text, volume, subvolumes, error)
         && tpl_btrfs_survey_check (volume, subvolumes, snapshots, error);
}

/* The toolbox's mkfs.btrfs is the host's, so the host's may be asked what it knows. */
static char *
known_features (const char *option, GError **error)
{
  g_autofree char *line = g_strdup_printf ("mkfs.btrfs %s list-all 2>&1 || true", option);
  const char *const ask[] = { "sh", "-c", line, NULL };
  char *said = NULL;
  return tpl_process_run (ask, &said, NULL, error) ? said : NULL;
}

static GStrv
make (const TplVolume *target, const char *device, GError **error)
{
  g_autofree char *features = known_features ("-O", error);
  g_autofree char *runtime = features ? known_features ("-R", error) : NULL;
  const TplMkfsBtrfsCaps caps = { .features = features, .runtime_features = runtime };
  return runtime ? tpl_mkfs_btrfs_argv (target, &caps, device) : NULL;
}

/* All nodes of metadata bear it: they are few, and are checked afterwards. */
static GStrv
give_uuid (const char *uuid, const char *device)
{
  static const char script[] = "btrfstune -f -U \"$1\" \"$2\" && btrfs check --readonly \"$2\"";
  const char *const argv[] = { "sh", "-c", script, "sh", uuid, device, NULL };
  return g_strdupv ((char **)(uintptr_t)argv);
}

/* Whatever the engine: xfsdump knows XFS only. */
static gboolean
copy_tree (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  const char *options[3] = { NULL };
  size_t count = 0;
  if (tpl_volume_get_fact (copy->source, "shared_extents", 0))
    options[count++] = "--shared";
  if (tpl_volume_get_fact (copy->source, "encoded", 0))
    options[count++] = "--encoded";
  return tpl_tree_copy (disk, copy, options, error);
}

/* From the top, whatever the default subvolume is. */
const TplFsDriver tpl_fs_btrfs = {
  .traits = &tpl_btrfs_traits,
  .tools = tools,
  .read_options = "ro,noatime,nodev,subvol=/",
  .write_options = "rw,noatime,subvol=/",
  .inspect = inspect,
  .survey = survey,
  .make = make,
  .give_uuid = give_uuid,
  .copy = copy_tree,
};
