/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/qcow2.h"

#include <string.h>
#include <zlib.h>

#include "error.h"
#include "plan/size.h"

#define MAGIC            0x514649fbu /* "QFI\xfb" */
#define HEADER_BYTES     72u         /* of version 2; version 3 says how long it is */
#define HEADER_3_BYTES   104u
#define HEADER_READ      4096u

/* Offsets in the header; all numbers are big-endian. */
enum {
  VERSION = 4,
  BACKING_OFFSET = 8,
  BACKING_BYTES = 16,
  CLUSTER_BITS = 20,
  SIZE = 24,
  ENCRYPTION = 32,
  L1_COUNT = 36,
  L1_OFFSET = 40,
  INCOMPATIBLE = 72,
  HEADER_LENGTH = 100,
  COMPRESSION = 104,
};

#define INCOMPATIBLE_DIRTY       0x1u /* reference counts may be stale; nothing that reading needs */
#define INCOMPATIBLE_CORRUPT     0x2u
#define INCOMPATIBLE_DATA_FILE   0x4u
#define INCOMPATIBLE_COMPRESSION 0x8u
#define INCOMPATIBLE_EXTENDED_L2 0x10u
#define BACKING_NAME_MOST        1023u
#define EXTENSION_FORMAT         0xe2792acau
/* QEMU's own bounds (block/qcow2.h). */
#define CLUSTER_BITS_LEAST 9u
#define CLUSTER_BITS_MOST  21u
#define L1_BYTES_MOST      (32u * 1024 * 1024)
/* How many entries next_data looks at before it gives up: reading will tell. */
#define STEPS_MOST 65536u

#define ENTRY_OFFSET     G_GUINT64_CONSTANT (0x00fffffffffffe00)
#define ENTRY_COMPRESSED (G_GUINT64_CONSTANT (1) << 62)
#define ENTRY_ZERO       1u
#define DEFLATE_WINDOW   (-12) /* raw, 4 KiB: what QEMU writes */

typedef struct {
  TplDisk disk;
  TplDisk *file;
  TplDisk *backing; /* NULL: none */
  guint64 version;
  guint cluster_bits;
  GBytes *l1;
  guint64 l2_offset; /* of the table that was used last */
  GBytes *l2;
} Qcow2;

static guint64
big_endian (const guint8 *bytes, gsize length)
{
  guint64 value = 0;
  for (gsize i = 0; i < length; i++)
    value = value << 8 | bytes[i];
  return value;
}

static guint64
be32 (const guint8 *bytes, gsize offset)
{
  return big_endian (bytes + offset, 4);
}

static guint64
be64 (const guint8 *bytes, gsize offset)
{
  return big_endian (bytes + offset, 8);
}

static guint64
cluster_bytes (const Qcow2 *image)
{
  return G_GUINT64_CONSTANT (1) << image->cluster_bits;
}

static GBytes *
read_header (TplDisk *file, GError **error)
{
  gsize length = (gsize)MIN (file->size_bytes, HEADER_READ);
  g_autoptr (GBytes) header = tpl_disk_read (file, 0, length, error);
  if (header
      && (length < HEADER_3_BYTES
          || be32 (g_bytes_get_data (header, NULL), 0) != MAGIC)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "it is no qcow2 image");
    return NULL;
  }
  return g_steal_pointer (&header);
}

/* What a reader that does not know it would read wrongly. */
static gboolean
check_features (GBytes *read, GError **error)
{
  gsize length = 0;
  const guint8 *header = g_bytes_get_data (read, &length);
  const guint64 bits = be32 (header, VERSION) >= 3 ? be64 (header, INCOMPATIBLE) : 0;
  const guint64 known = INCOMPATIBLE_DIRTY | INCOMPATIBLE_COMPRESSION;
  const char *what = bits & INCOMPATIBLE_CORRUPT       ? "it is marked as corrupt (qemu-img check)"
                     : bits & INCOMPATIBLE_DATA_FILE   ? "its data is in another file"
                     : bits & INCOMPATIBLE_EXTENDED_L2 ? "it has subclusters"
                     : bits & ~known                   ? "it has unknown features"
                     : be32 (header, ENCRYPTION) != 0  ? "it is encrypted"
                     : bits && be32 (header, HEADER_LENGTH) > length
                         ? "its header is longer than what is there of it"
                     : (bits & INCOMPATIBLE_COMPRESSION)
                             && be32 (header, HEADER_LENGTH) > COMPRESSION
                             && header[COMPRESSION] != 0
                         ? "its clusters are compressed with zstd"
                         : NULL;
  return !what
         || tpl_fail (error, TPL_ERROR_REFUSED, "a qcow2 image that can't be read here: %s", what);
}

static gboolean
set_geometry (Qcow2 *image, const guint8 *header, GError **error)
{
  const guint64 bits = be32 (header, CLUSTER_BITS);
  image->version = be32 (header, VERSION);
  image->disk.size_bytes = be64 (header, SIZE);
  const guint64 count = be32 (header, L1_COUNT);
  if ((image->version != 2 && image->version != 3) || bits < CLUSTER_BITS_LEAST
      || bits > CLUSTER_BITS_MOST || count * 8 > L1_BYTES_MOST
      || !tpl_size_is_sane (image->disk.size_bytes))
    return tpl_fail (error, TPL_ERROR_REFUSED, "the header of the qcow2 image makes no sense");
  image->cluster_bits = (guint)bits;
  const guint64 per_l1_entry = cluster_bytes (image) << (bits - 3);
  if (count < tpl_size_units (image->disk.size_bytes, per_l1_entry))
    return tpl_fail (error, TPL_ERROR_REFUSED, "the qcow2 image has too few tables for its size");
  image->l1 = tpl_disk_read (image->file, be64 (header, L1_OFFSET), (gsize)count * 8, error);
  return image->l1 != NULL;
}

/* Where the L2 table of a cluster is in the file; 0: it has none. */
static guint64
l2_table (const Qcow2 *image, guint64 cluster)
{
  const guint64 index = cluster >> (image->cluster_bits - 3);
  return be64 (g_bytes_get_data (image->l1, NULL), (gsize)index * 8) & ENTRY_OFFSET;
}

/* The L2 entry of the cluster that holds `offset`; 0: it is nowhere. */
static gboolean
find_entry (Qcow2 *image, guint64 offset, guint64 *entry, GError **error)
{
  const guint l2_bits = image->cluster_bits - 3;
  const guint64 cluster = offset >> image->cluster_bits;
  const guint64 table = l2_table (image, cluster);
  *entry = 0;
  if (table == 0)
    return TRUE;
  if (!image->l2 || image->l2_offset != table) {
    g_clear_pointer (&image->l2, g_bytes_unref);
    image->l2 = tpl_disk_read (image->file, table, (gsize)cluster_bytes (image), error);
    image->l2_offset = table;
  }
  if (!image->l2)
    return FALSE;
  const guint64 index = cluster & ((G_GUINT64_CONSTANT (1) << l2_bits) - 1);
  *entry = be64 (g_bytes_get_data (image->l2, NULL), (gsize)index * 8);
  return TRUE;
}

/* Of a compressed cluster, the bit is its offset's. */
static gboolean
is_zero (const Qcow2 *image, guint64 entry)
{
  return image->version >= 3 && (entry & ENTRY_ZERO) && !(entry & ENTRY_COMPRESSED);
}

static gboolean
inflate_cluster (GBytes *deflated, guint8 *into, gsize length, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (deflated, &size);
  z_stream stream = { .avail_in = (uInt)size, .avail_out = (uInt)length, .next_out = into };
  stream.next_in = (z_const Bytef *)data;
  if (inflateInit2 (&stream, DEFLATE_WINDOW) != Z_OK)
    return tpl_fail (error, TPL_ERROR_FAILED, "zlib does not start");
  int said = inflate (&stream, Z_FINISH);
  inflateEnd (&stream);
  /* What follows in the last sector is another cluster's, so that the end need not be reached. */
  return (said == Z_STREAM_END || said == Z_BUF_ERROR) && stream.avail_out == 0
             ? TRUE
             : tpl_fail (error, TPL_ERROR_REFUSED, "a compressed cluster of the qcow2 image is "
                                                   "damaged");
}

/* Descriptor: from the bottom, the host's offset, and how many more sectors than the first. */
static gboolean
read_compressed (Qcow2 *image, guint64 entry, guint8 *into, GError **error)
{
  const guint offset_bits = 62 - (image->cluster_bits - 8);
  const guint64 offset = entry & ((G_GUINT64_CONSTANT (1) << offset_bits) - 1);
  const guint64 more = (entry & (ENTRY_COMPRESSED - 1)) >> offset_bits;
  const guint64 most = (more + 1) * 512 - (offset & 511);
  if (offset >= image->file->size_bytes)
    return tpl_fail (error, TPL_ERROR_REFUSED, "the qcow2 image points behind its end");
  const guint64 length = MIN (most, image->file->size_bytes - offset);
  g_autoptr (GBytes) deflated = tpl_disk_read (image->file, offset, (gsize)length, error);
  return deflated && inflate_cluster (deflated, into, (gsize)cluster_bytes (image), error);
}

static gboolean
read_backing (const Qcow2 *image, guint64 offset, guint8 *into, gsize length, GError **error)
{
  memset (into, 0, length);
  if (!image->backing || offset >= image->backing->size_bytes)
    return TRUE;
  length = (gsize)MIN (length, image->backing->size_bytes - offset);
  g_autoptr (GBytes) bytes = tpl_disk_read (image->backing, offset, length, error);
  if (bytes)
    memcpy (into, g_bytes_get_data (bytes, NULL), length);
  return bytes != NULL;
}

/* Reads within one cluster. */
static gboolean
read_part (Qcow2 *image, guint64 offset, guint8 *into, gsize length, GError **error)
{
  const guint64 inside = offset & (cluster_bytes (image) - 1);
  guint64 entry;
  if (!find_entry (image, offset, &entry, error))
    return FALSE;
  if (entry & ENTRY_COMPRESSED) {
    g_autofree guint8 *cluster = g_malloc ((gsize)cluster_bytes (image));
    if (!read_compressed (image, entry, cluster, error))
      return FALSE;
    memcpy (into, cluster + inside, length);
    return TRUE;
  }
  if (is_zero (image, entry)) {
    memset (into, 0, length);
    return TRUE;
  }
  if ((entry & ENTRY_OFFSET) == 0)
    return read_backing (image, offset, into, length, error);
  g_autoptr (GBytes) bytes
      = tpl_disk_read (image->file, (entry & ENTRY_OFFSET) + inside, length, error);
  if (bytes)
    memcpy (into, g_bytes_get_data (bytes, NULL), length);
  return bytes != NULL;
}

static GBytes *
qcow2_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  Qcow2 *image = (Qcow2 *)disk;
  g_autofree guint8 *data = g_malloc (length);
  for (gsize done = 0; done < length;) {
    const guint64 at = offset_bytes + done;
    const guint64 left = cluster_bytes (image) - (at & (cluster_bytes (image) - 1));
    const gsize part = (gsize)MIN (length - done, left);
    if (!read_part (image, at, data + done, part, error))
      return NULL;
    done += part;
  }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* A table that can't be read may hold anything: whoever reads there is told. */
static guint64
qcow2_next_data (TplDisk *disk, guint64 offset_bytes)
{
  Qcow2 *image = (Qcow2 *)disk;
  const guint64 per_table = cluster_bytes (image) << (image->cluster_bits - 3);
  guint64 entry = 0;
  for (guint step = 0; offset_bytes < disk->size_bytes; step++) {
    if (step == STEPS_MOST || !find_entry (image, offset_bytes, &entry, NULL))
      return offset_bytes;
    const gboolean is_here = (entry & (ENTRY_OFFSET | ENTRY_COMPRESSED)) != 0;
    const gboolean is_below = !is_here && !is_zero (image, entry) && image->backing;
    if (is_here && !is_zero (image, entry))
      return offset_bytes;
    const gboolean has_table = l2_table (image, offset_bytes >> image->cluster_bits) != 0;
    const guint64 unit = has_table ? cluster_bytes (image) : per_table;
    const guint64 next = (offset_bytes | (unit - 1)) + 1;
    if (is_below && offset_bytes < image->backing->size_bytes) {
      const guint64 data = image->backing->next_data (image->backing, offset_bytes);
      if (data < MIN (next, image->backing->size_bytes))
        return MIN (data, disk->size_bytes);
    }
    offset_bytes = next;
  }
  return disk->size_bytes;
}

static void
qcow2_free (TplDisk *disk)
{
  Qcow2 *image = (Qcow2 *)disk;
  tpl_disk_free (image->file);
  tpl_disk_free (image->backing);
  g_clear_pointer (&image->l1, g_bytes_unref);
  g_clear_pointer (&image->l2, g_bytes_unref);
  g_free (image);
}

/* The header's extensions follow it: type, length, data padded to eight bytes. */
static char *
find_format (const guint8 *header, gsize length)
{
  gsize at = be32 (header, VERSION) >= 3 ? (gsize)be32 (header, HEADER_LENGTH) : HEADER_BYTES;
  while (at <= length && length - at >= 8) {
    const guint64 type = be32 (header, at), bytes = be32 (header, at + 4);
    at += 8;
    if (type == 0 || bytes > length - at)
      return NULL;
    if (type == EXTENSION_FORMAT)
      return g_strndup ((const char *)header + at, (gsize)bytes);
    at += (gsize)tpl_size_round_up (bytes, 8);
  }
  return NULL;
}

char *
tpl_qcow2_backing_name (TplDisk *file, char **format)
{
  *format = NULL;
  g_autoptr (GBytes) bytes = read_header (file, NULL);
  if (!bytes)
    return NULL;
  gsize length = 0;
  const guint8 *header = g_bytes_get_data (bytes, &length);
  const guint64 name_bytes = be32 (header, BACKING_BYTES);
  if (be64 (header, BACKING_OFFSET) == 0 || name_bytes == 0 || name_bytes > BACKING_NAME_MOST)
    return NULL;
  g_autoptr (GBytes) name
      = tpl_disk_read (file, be64 (header, BACKING_OFFSET), (gsize)name_bytes, NULL);
  if (!name)
    return NULL;
  *format = find_format (header, length);
  return g_strndup (g_bytes_get_data (name, NULL), (gsize)name_bytes);
}

TplDisk *
tpl_disk_new_qcow2 (TplDisk *file, TplDisk *backing, GError **error)
{
  Qcow2 *image = g_new0 (Qcow2, 1);
  g_autoptr (TplDisk) disk = &image->disk;
  image->disk
      = (TplDisk){ .read = qcow2_read, .next_data = qcow2_next_data, .free = qcow2_free };
  image->file = file;
  image->backing = backing;
  g_autoptr (GBytes) header = read_header (file, error);
  if (!header || !check_features (header, error)
      || !set_geometry (image, g_bytes_get_data (header, NULL), error))
    return NULL;
  return g_steal_pointer (&disk);
}
