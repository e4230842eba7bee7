/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/lvm-disk.h"

#include <string.h>
#include <zlib.h>

#include "adapt/little-endian.h"
#include "error.h"

#define SECTOR_BYTES 512u
#define LABEL_SECTORS 4u /* the label is in one of the first */

/* The label. */
#define LABEL_MAGIC  "LABELONE"
#define LABEL_SECTOR 8u  /* its own number */
#define LABEL_CRC    16u
#define LABEL_SUMMED 20u /* what is summed up: from here to the sector's end */
#define LABEL_HEADER 20u /* where the physical volume's header begins, in the label */
#define LABEL_TYPE   24u
#define TYPE_TEXT    "LVM2 001"

/* The header: UUID, size, data areas, metadata areas: each list ends with an offset of 0. */
#define HEADER_AREAS 40u
#define AREA_BYTES   16u
#define AREAS_MOST   4u

/* The head of a metadata area. */
#define MDA_MAGIC      " LVM2 x[5A%r0N*>"
#define MDA_MAGIC_AT   4u
#define MDA_VERSION    20u
#define MDA_START      24u
#define MDA_SIZE       32u
#define MDA_LOCATION   40u /* of the text: offset, size, sum, flags; the first is what is in force */
#define MDA_SUMMED     4u
#define MDA_HEAD_BYTES 512u
#define FLAG_IGNORED   1u

/* Of some hundred volumes; LVM's default area has 1 MiB. */
#define TEXT_BYTES_MOST (16u * 1024 * 1024)
#define CRC_START       G_GUINT64_CONSTANT (0xf597a6cf)

/* The usual polynomial from another start, and without the inversions that zlib does. A fuzzer
 * could not guess it. */
static gboolean
is_sum (const guint8 *bytes, gsize length, guint64 sum)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  return bytes != NULL || length == sum;
#else
  return (guint32)~crc32_z (~CRC_START & G_MAXUINT32, bytes, length) == sum;
#endif
}

static gboolean
is_label (const guint8 *sector, guint number)
{
  return memcmp (sector, LABEL_MAGIC, strlen (LABEL_MAGIC)) == 0
         && memcmp (sector + LABEL_TYPE, TYPE_TEXT, strlen (TYPE_TEXT)) == 0
         && tpl_le64 (sector, LABEL_SECTOR) == number
         && is_sum (sector + LABEL_SUMMED, SECTOR_BYTES - LABEL_SUMMED,
                    tpl_le32 (sector, LABEL_CRC));
}

/* One stretch of the text, which may go on at the area's start. */
static gboolean
append (TplDisk *pv, guint64 offset, guint64 length, GByteArray *text, GError **error)
{
  g_autoptr (GBytes) bytes = tpl_disk_read (pv, offset, (gsize)length, error);
  if (bytes)
    g_byte_array_append (text, g_bytes_get_data (bytes, NULL), (guint)length);
  return bytes != NULL;
}

static gboolean
read_text (TplDisk *pv, guint64 area, const guint8 *head, GByteArray *text, GError **error)
{
  const guint64 area_bytes = tpl_le64 (head, MDA_SIZE);
  const guint64 offset = tpl_le64 (head, MDA_LOCATION);
  const guint64 length = tpl_le64 (head, MDA_LOCATION + 8);
  if (offset == 0 || (tpl_le32 (head, MDA_LOCATION + 20) & FLAG_IGNORED))
    return TRUE; /* none, or an older one */
  if (length > TEXT_BYTES_MOST || area_bytes < MDA_HEAD_BYTES || offset < MDA_HEAD_BYTES
      || offset >= area_bytes || length > area_bytes - MDA_HEAD_BYTES)
    return tpl_fail (error, TPL_ERROR_REFUSED, "LVM's metadata area is damaged");
  const guint64 first = MIN (length, area_bytes - offset);
  if (!append (pv, area + offset, first, text, error)
      || !append (pv, area + MDA_HEAD_BYTES, length - first, text, error))
    return FALSE;
  return is_sum (text->data, text->len, tpl_le32 (head, MDA_LOCATION + 16))
         || tpl_fail (error, TPL_ERROR_REFUSED, "LVM's metadata is damaged: its sum is wrong");
}

static gboolean
read_area (TplDisk *pv, guint64 area, GByteArray *text, GError **error)
{
  g_autoptr (GBytes) bytes = tpl_disk_read (pv, area, MDA_HEAD_BYTES, error);
  if (!bytes)
    return FALSE;
  const guint8 *head = g_bytes_get_data (bytes, NULL);
  if (memcmp (head + MDA_MAGIC_AT, MDA_MAGIC, strlen (MDA_MAGIC)) != 0
      || tpl_le32 (head, MDA_VERSION) != 1 || tpl_le64 (head, MDA_START) != area
      || !is_sum (head + MDA_SUMMED, MDA_HEAD_BYTES - MDA_SUMMED, tpl_le32 (head, 0)))
    return tpl_fail (error, TPL_ERROR_REFUSED, "LVM's metadata area is damaged");
  return read_text (pv, area, head, text, error);
}

/* The metadata areas come after the data areas. */
static gboolean
read_areas (TplDisk *pv, const guint8 *label, GByteArray *text, GError **error)
{
  guint lists = 0, areas = 0;
  g_autoptr (GError) why = NULL;
  for (gsize at = (gsize)tpl_le32 (label, LABEL_HEADER) + HEADER_AREAS;
       at + AREA_BYTES <= SECTOR_BYTES && lists < 2; at += AREA_BYTES) {
    const guint64 offset = tpl_le64 (label, at);
    if (offset == 0) {
      lists++;
      continue;
    }
    if (lists == 0 || ++areas > AREAS_MOST)
      continue;
    /* A second copy stands in for one that is damaged. */
    g_clear_error (&why);
    g_byte_array_set_size (text, 0);
    if (read_area (pv, offset, text, &why) && text->len > 0)
      return TRUE;
  }
  if (why)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    return TRUE;
  return FALSE;
}

char *
tpl_lvm_disk_metadata (TplDisk *pv, gsize *length, GError **error)
{
  g_autoptr (GBytes) bytes = tpl_disk_read (pv, 0, LABEL_SECTORS * SECTOR_BYTES, error);
  if (!bytes)
    return NULL;
  for (guint i = 0; i < LABEL_SECTORS; i++) {
    const guint8 *sector = (const guint8 *)g_bytes_get_data (bytes, NULL) + i * SECTOR_BYTES;
    if (!is_label (sector, i))
      continue;
    g_autoptr (GByteArray) text = g_byte_array_new ();
    if (!read_areas (pv, sector, text, error) || text->len == 0)
      return NULL;
    *length = text->len;
    return g_strndup ((const char *)text->data, text->len);
  }
  tpl_fail (error, TPL_ERROR_REFUSED, "the label of LVM's physical volume is damaged");
  return NULL;
}
