/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FAT: how small can it be? Which FAT it is follows from the number of clusters, and firmware may
 * want the one that is there; so it stays, and a small filesystem gets smaller clusters. The layout
 * is mkfs.fat's without alignment: reserved sectors, FATs, the root directory (not in FAT32),
 * clusters.
 */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define RESERVED_32     32
#define RESERVED_OLD    1
#define ROOT_ENTRY      32
#define CLUSTER_MOST    (32 * TPL_KIB)
#define CLUSTERS_MARGIN 32 /* away from the limits, which programs count differently */
#define SLACK           (256 * TPL_KIB)

typedef struct {
  guint64 sector_bytes, cluster_bytes, fats, root_entries, bits;
} Format;

typedef struct {
  guint64 cluster_bytes;
  guint64 clusters;
} Geometry;

static gboolean
refuse (const TplVolume *source, const char *what, GError **error)
{
  return tpl_fs_refuse (source, "FAT", what, error);
}

static guint64
least_clusters (const Format *format)
{
  return format->bits == 32   ? 65525 + CLUSTERS_MARGIN
         : format->bits == 16 ? 4085 + CLUSTERS_MARGIN
                              : 1;
}

static guint64
most_clusters (const Format *format)
{
  return format->bits == 32   ? 0x0ffffff5 - CLUSTERS_MARGIN
         : format->bits == 16 ? 65524 - CLUSTERS_MARGIN
                              : 4084 - CLUSTERS_MARGIN;
}

/* What lies before the clusters, when there are so many. */
static guint64
before_bytes (const Format *format, guint64 clusters)
{
  const guint64 reserved = format->bits == 32 ? RESERVED_32 : RESERVED_OLD;
  const guint64 fat_bytes = tpl_size_multiply (clusters + 2, format->bits) / 8 + 1;
  const guint64 fat = tpl_size_units (fat_bytes, format->sector_bytes);
  const guint64 root = tpl_size_units (format->root_entries * ROOT_ENTRY, format->sector_bytes);

  return (reserved + fat * format->fats + root) * format->sector_bytes;
}

static Geometry
lay_out (const Format *format, guint64 cluster_bytes, guint64 size_bytes)
{
  const guint64 before = before_bytes (format, size_bytes / cluster_bytes);

  return (Geometry){
    .cluster_bytes = cluster_bytes,
    .clusters = size_bytes > before ? (size_bytes - before) / cluster_bytes : 0,
  };
}

/* The largest clusters, up to the source's, of which there are enough; larger ones only where there
 * would be too many. */
static Geometry
geometry_for (const Format *format, guint64 size_bytes)
{
  guint64 cluster = format->cluster_bytes;
  Geometry geometry = lay_out (format, cluster, size_bytes);

  while (geometry.clusters < least_clusters (format) && cluster > format->sector_bytes)
    geometry = lay_out (format, cluster /= 2, size_bytes);
  while (geometry.clusters > most_clusters (format) && cluster < CLUSTER_MOST)
    geometry = lay_out (format, cluster *= 2, size_bytes);
  return geometry;
}

static guint64
smallest_size (const Format *format, guint64 payload)
{
  const guint64 unit = format->sector_bytes;
  guint64 size = tpl_size_round_up (payload, unit);

  while (tpl_size_is_sane (size)) {
    const Geometry geometry = geometry_for (format, size);
    const guint64 clusters
        = MAX (tpl_size_units (payload, geometry.cluster_bytes), least_clusters (format));

    if (geometry.clusters >= clusters)
      return size;
    size = tpl_size_add (size, tpl_size_multiply (clusters - geometry.clusters,
                                                  geometry.cluster_bytes));
  }
  return G_MAXUINT64;
}

static gboolean
read_format (const TplVolume *source, Format *format, GError **error)
{
  *format = (Format){
    .sector_bytes = tpl_volume_get_fact (source, "sector_bytes", 0),
    .cluster_bytes = tpl_volume_get_fact (source, "cluster_bytes", 0),
    .fats = tpl_volume_get_fact (source, "fats", 2),
    .root_entries = tpl_volume_get_fact (source, "root_entries", 0),
    .bits = tpl_volume_get_fact (source, "fat_bits", 0),
  };
  if ((format->bits != 12 && format->bits != 16 && format->bits != 32)
      || !tpl_size_is_power_of_two (format->sector_bytes, 512, 4096)
      || !tpl_size_is_power_of_two (format->cluster_bytes, format->sector_bytes, G_MAXUINT64)
      || format->fats == 0 || format->fats > 4 || format->root_entries > G_MAXUINT16
      || !tpl_size_is_sane (source->used_bytes))
    return refuse (source, "has sizes that can't be: run fsck.vfat on it", error);
  return TRUE;
}

static gboolean
vfat_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  Format format;
  Geometry geometry;
  guint64 payload, smallest, size, space;

  if (!read_format (source, &format, error))
    return FALSE;
  payload = tpl_size_add (tpl_size_add (source->used_bytes, SLACK), headroom_bytes);
  smallest = smallest_size (&format, payload);
  size = target->size_bytes != 0 ? tpl_size_round_down (target->size_bytes, format.sector_bytes)
                                 : smallest;
  geometry = geometry_for (&format, MIN (size, TPL_SIZE_MAX));
  if (size < smallest || !tpl_size_is_sane (size))
    return tpl_fs_too_small (source, "FAT", size, smallest, error);
  if (geometry.clusters > most_clusters (&format))
    return refuse (source, "can't be so large: give the room to another partition", error);
  target->size_bytes = target->size_bytes != 0 ? target->size_bytes : size;
  space = geometry.clusters * geometry.cluster_bytes;
  target->used_bytes = source->used_bytes;
  target->free_bytes = space - MIN (space, source->used_bytes);
  tpl_volume_set_fact (target, "sector_bytes", format.sector_bytes);
  tpl_volume_set_fact (target, "cluster_bytes", geometry.cluster_bytes);
  tpl_volume_set_fact (target, "fats", format.fats);
  tpl_volume_set_fact (target, "root_entries", format.root_entries);
  tpl_volume_set_fact (target, "fat_bits", format.bits);
  return TRUE;
}

const TplFsTraits tpl_vfat_traits = {
  .type = "vfat",
  .plan = vfat_plan,
};
