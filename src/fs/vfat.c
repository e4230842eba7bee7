/* SPDX-License-Identifier: GPL-3.0-or-later */
/** FAT, as an EFI system partition has it. */
#include "adapt/fat-superblock.h"
#include "adapt/little-endian.h"
#include "error.h"
#include "fs/argv.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"
#include "fs/tree-copy.h"
#include "plan/size.h"

/* Far more entries than a root directory with a label has before it. */
#define ROOT_CLUSTERS_READ 64u
#define CLUSTER_END        0x0ffffff8u
#define CLUSTER_MASK       0x0fffffffu

static guint64
fact (const TplVolume *volume, const char *name)
{
  return tpl_volume_get_fact (volume, name, 0);
}

/* FAT32's root directory is a chain of clusters; sets `*cluster` to the next. */
static gboolean
next_cluster (const TplFsDisk *disk, const TplVolume *volume, guint64 *cluster, GError **error)
{
  g_autoptr (GBytes) bytes
      = disk->read (disk, fact (volume, "fat_start_bytes") + *cluster * 4, 4, error);
  if (!bytes)
    return FALSE;
  *cluster = tpl_le32 (g_bytes_get_data (bytes, NULL), 0) & CLUSTER_MASK;
  return TRUE;
}

static gboolean
label_in_clusters (const TplFsDisk *disk, const TplVolume *volume, char **label, GError **error)
{
  const guint64 bytes = fact (volume, "cluster_bytes");
  guint64 cluster = fact (volume, "root_cluster");
  gboolean ended = FALSE;
  for (guint i = 0; i < ROOT_CLUSTERS_READ && !ended && !*label; i++) {
    if (cluster < 2 || cluster >= CLUSTER_END || cluster - 2 >= fact (volume, "clusters"))
      return TRUE;
    g_autoptr (GBytes) entries = disk->read (
        disk, fact (volume, "data_start_bytes") + (cluster - 2) * bytes, (gsize)bytes, error);
    if (!entries)
      return FALSE;
    *label = tpl_fat_label_read (entries, &ended);
    if (!next_cluster (disk, volume, &cluster, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
label_in_root (const TplFsDisk *disk, const TplVolume *volume, char **label, GError **error)
{
  gboolean ended;
  const guint64 start = fact (volume, "root_start_bytes");
  const guint64 end = fact (volume, "data_start_bytes");
  if (fact (volume, "fat_bits") == 32)
    return label_in_clusters (disk, volume, label, error);
  if (start == end)
    return TRUE;
  g_autoptr (GBytes) entries = disk->read (disk, start, (gsize)(end - start), error);
  if (entries)
    *label = tpl_fat_label_read (entries, &ended);
  return entries != NULL;
}

/* libblkid sees only the volume's ends, which need not hold the root directory. */
static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  g_autofree char *label = NULL;
  g_autoptr (GBytes) boot = disk->read (disk, 0, TPL_FAT_SUPERBLOCK_BYTES, error);
  if (!boot || !tpl_fat_superblock_read (boot, volume, error)
      || !label_in_root (disk, volume, &label, error))
    return FALSE;
  if (label && !g_str_is_ascii (label))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the label of %s is not ASCII, and can't be kept: give it another with "
                     "fatlabel(8)",
                     volume->id);
  if (label) {
    g_free (volume->label);
    volume->label = g_steal_pointer (&label);
  }
  return TRUE;
}

/* Of a table larger than this, which an EFI system partition never has, the rest is taken for
 * full. */
#define FAT_READ_MOST (16u * 1024 * 1024)
#define FAT_CHUNK     (48u * 1024) /* whole entries of 12, 16 and 32 bits */

/* How many clusters a part of the table says are free. */
static guint64
count_free (GBytes *part, guint64 bits, guint64 entries)
{
  const guint8 *table = g_bytes_get_data (part, NULL);
  guint64 free = 0;
  for (gsize i = 0; i < entries; i++) {
    guint64 entry;
    if (bits == 32)
      entry = tpl_le32 (table, i * 4) & CLUSTER_MASK;
    else if (bits == 16)
      entry = tpl_le16 (table, i * 2);
    else
      entry = (tpl_le16 (table, i + i / 2) >> (i % 2 * 4)) & 0xfff;
    free += entry == 0 ? 1 : 0;
  }
  return free;
}

/* The table says which clusters are free; its first two entries are of none. */
static gboolean
count (const TplFsDisk *disk, TplVolume *volume, gboolean *is_exact, GError **error)
{
  const guint64 bits = fact (volume, "fat_bits"), clusters = fact (volume, "clusters");
  const guint64 per_chunk = FAT_CHUNK * 8 / bits;
  const guint64 entries = MIN (clusters + 2, FAT_READ_MOST * G_GUINT64_CONSTANT (8) / bits);
  guint64 free = 0;
  for (guint64 done = 0; done < entries; done += per_chunk) {
    const guint64 some = MIN (entries - done, per_chunk);
    const gsize length = (gsize)((some * bits + 7) / 8);
    g_autoptr (GBytes) part
        = disk->read (disk, fact (volume, "fat_start_bytes") + done * bits / 8, length, error);
    if (!part)
      return FALSE;
    free += count_free (part, bits, some);
  }
  *is_exact = entries == clusters + 2;
  volume->free_bytes = MIN (free, clusters) * fact (volume, "cluster_bytes");
  volume->used_bytes = clusters * fact (volume, "cluster_bytes") - volume->free_bytes;
  return TRUE;
}

/* -a: no alignment, which the plan does not reckon with. */
static GStrv
make (const TplVolume *target, const char *device, GError **error)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  guint64 sector = tpl_volume_get_fact (target, "sector_bytes", 512);
  guint64 bits = tpl_volume_get_fact (target, "fat_bits", 32);
  (void)error;
  g_strv_builder_add_many (argv, "mkfs.vfat", "-a", NULL);
  tpl_argv_add_number (argv, "-F", bits);
  tpl_argv_add_number (argv, "-S", sector);
  tpl_argv_add_number (argv, "-s", tpl_volume_get_fact (target, "cluster_bytes", sector) / sector);
  tpl_argv_add_number (argv, "-f", tpl_volume_get_fact (target, "fats", 2));
  tpl_argv_add_number (argv, "-R", bits == 32 ? 32 : 1);
  if (bits != 32)
    tpl_argv_add_number (argv, "-r", tpl_volume_get_fact (target, "root_entries", 512));
  if (target->uuid) {
    g_auto (GStrv) halves = g_strsplit (target->uuid, "-", -1);
    g_autofree char *serial = g_strjoinv ("", halves);
    g_strv_builder_add_many (argv, "-i", serial, NULL);
  }
  if (target->label)
    g_strv_builder_add_many (argv, "-n", target->label, NULL);
  /* Without a partition table, the disk is larger until it is published. */
  tpl_argv_add_number (argv, device, target->size_bytes / TPL_KIB);
  return g_strv_builder_end (argv);
}

static gboolean
copy_tree (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  return tpl_tree_copy (disk, copy, NULL, error);
}

static const TplTool tools[] = { { "mkfs.vfat", TRUE }, { NULL, FALSE } };

/* Names as they are written: short ones in the case that their entry tells, long ones by UTF-8.
 * Times are the local time of nobody knows where; the same is said on both sides. */
#define OPTIONS "noatime,shortname=winnt,utf8,tz=UTC,umask=0022"

const TplFsDriver tpl_fs_vfat = {
  .traits = &tpl_vfat_traits,
  .tools = tools,
  .read_options = "ro,nodev," OPTIONS,
  .write_options = "rw," OPTIONS,
  .inspect = inspect,
  .count = count,
  .make = make,
  .copy = copy_tree,
};
