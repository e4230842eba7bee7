/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "adapt/process.h"
#include "adapt/xfs-log.h"
#include "adapt/xfs-superblock.h"
#include "error.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"
#include "fs/tree-copy.h"
#include "fs/xfs-mkfs.h"
#include "plan/size.h"

/* Shared extents make a copy that does not know of them larger than the source. Without reverse
 * mapping, only the reference count trees tell whether there are any. */
static gboolean
find_shared_extents (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  guint64 block = tpl_volume_get_fact (volume, "block_bytes", 0);
  guint64 sector = tpl_volume_get_fact (volume, "sector_bytes", 0);
  guint64 group = 0;
  if (!g_uint64_checked_mul (&group, tpl_volume_get_fact (volume, "agblocks", 0), block))
    return tpl_fail (error, TPL_ERROR_REFUSED, "%s has an impossible geometry", volume->id);
  guint64 groups = tpl_volume_get_fact (volume, "agcount", 0);
  for (guint64 i = 0; i < groups && i <= volume->size_bytes / group; i++) {
    g_autoptr (GBytes) agf
        = disk->read (disk, i * group + sector, (gsize)sector, error);
    if (!agf)
      return FALSE;
    guint64 root = tpl_xfs_agf_refcount_root (agf);
    if (root == 0 || root >= tpl_volume_get_fact (volume, "agblocks", 0))
      continue;
    g_autoptr (GBytes) tree
        = disk->read (disk, i * group + root * block, (gsize)block, error);
    if (!tree)
      return FALSE;
    if (!tpl_xfs_refcount_block_has_records (tree))
      continue;
    tpl_volume_set_fact (volume, "shared_extents", 1);
    return TRUE;
  }
  return TRUE;
}

static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  g_autoptr (GBytes) head
      = disk->read (disk, 0, TPL_XFS_SUPERBLOCK_BYTES, error);
  if (!head || !tpl_xfs_superblock_read (head, volume, error))
    return FALSE;
  tpl_volume_set_fact (volume, "shared_extents", 0);
  return !tpl_volume_get_fact (volume, "reflink", 0) || find_shared_extents (disk, volume, error);
}

/* Of each allocation group: its free list, and one split of each tree of free space
 * (xfs_alloc_set_aside, as statfs has it). */
#define SET_ASIDE_BLOCKS 8u

static GBytes *
log_read (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error)
{
  const TplFsDisk *disk = reader->user_data;
  return disk->read (disk, offset_bytes, length, error);
}

/* The superblock's counters are right once the filesystem was unmounted. */
static gboolean
count (const TplFsDisk *disk, TplVolume *volume, gboolean *is_exact, GError **error)
{
  TplReader reader = { .read = log_read, .user_data = (gpointer)(guintptr)disk };
  guint64 log_offset, log_bytes;
  g_autoptr (GBytes) head = disk->read (disk, 0, TPL_XFS_SUPERBLOCK_BYTES, error);
  if (!head)
    return FALSE;
  *is_exact = tpl_xfs_log_place (head, &log_offset, &log_bytes)
              && tpl_xfs_log_is_clean (&reader, log_offset, log_bytes);
  const guint64 aside = MIN (volume->free_bytes,
                             tpl_size_multiply (tpl_volume_get_fact (volume, "agcount", 0)
                                                    * SET_ASIDE_BLOCKS,
                                                tpl_volume_get_fact (volume, "block_bytes", 0)));
  volume->used_bytes += aside;
  volume->free_bytes -= aside;
  return TRUE;
}

/* The toolbox's mkfs.xfs is the host's, so the host's may be asked which options it knows. */
static GStrv
make (const TplVolume *target, const char *device, GError **error)
{
  g_autofree char *probe = g_strjoinv (" ", (char **)(uintptr_t)tpl_mkfs_xfs_probe);
  g_autofree char *line = g_strconcat (probe, " 2>&1 || true", NULL);
  const char *const ask[] = { "sh", "-c", line, NULL };
  g_autofree char *usage = NULL;
  if (!tpl_process_run (ask, &usage, NULL, error))
    return NULL;
  g_autoptr (TplMkfsXfsCaps) caps = tpl_mkfs_xfs_caps_parse (usage);
  return tpl_xfs_mkfs_argv (target, caps, device, error);
}

/* xfsdump loses nanoseconds and dates after 2038, which the helper then repairs. What else it loses
 * (paths longer than PATH_MAX, preallocation, shared extents), the comparison will find. */
static gboolean
dump_and_restore (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  static const char script[]
      = "{ xfsdump -J -v silent -l 0 -L '' -M '' - \"$1\" || echo xfsdump failed >/tmp/failed; } |"
        " xfsrestore -J -v silent - \"$2\" && test ! -e /tmp/failed";
  const char *const argv[]
      = { "sh", "-c", script, "sh", copy->source_folder, copy->target_folder, NULL };
  const char *const mend[] = { "--attributes-only", NULL };
  g_autoptr (GError) why = NULL;
  if (!disk->run (disk, argv, NULL, NULL, error))
    return FALSE;
  return tpl_tree_copy (disk, copy, mend, &why)
         || tpl_fail (error, why->code == TPL_ERROR_FAILED ? TPL_ERROR_VERIFICATION : why->code,
                      "xfsdump did not bring everything; use --engine helper: %s", why->message);
}

static gboolean
copy_tree (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  if (strcmp (copy->engine, "xfsdump") == 0)
    return dump_and_restore (disk, copy, error);
  gboolean shared = tpl_volume_get_fact (copy->source, "shared_extents", 0) != 0;
  const char *const share[] = { "--shared", NULL };
  return tpl_tree_copy (disk, copy, shared ? share : NULL, error);
}

static const TplTool tools[] = {
  { "mkfs.xfs", TRUE },
  { "xfsdump", FALSE },
  { "xfsrestore", FALSE },
  { NULL, FALSE },
};

/* Read-only still replays the journal, into the overlay. nouuid: source and target may bear the
 * same UUID while both are attached. */
const TplFsDriver tpl_fs_xfs = {
  .traits = &tpl_xfs_traits,
  .tools = tools,
  .read_options = "ro,noatime,nouuid,nodev",
  .write_options = "rw,noatime,nouuid",
  .inspect = inspect,
  .count = count,
  .make = make,
  .copy = copy_tree,
};
