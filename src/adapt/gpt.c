/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/gpt.h"

#include <string.h>
#include <zlib.h>

#include "adapt/little-endian.h"
#include "error.h"

/* The protective MBR: one entry, of this type, for the whole disk (5.2.3). */
#define MBR_BYTES        512u
#define MBR_ENTRY_OFFSET 446u
#define MBR_ENTRY_BYTES  16u
#define MBR_TYPE_OFFSET  4u
#define MBR_PROTECTIVE   0xeeu

/* The header (table 5-5), at sector 1; all numbers are little-endian. */
#define HEADER_MAGIC       "EFI PART"
#define HEADER_SIZE        12u
#define HEADER_CRC         16u
#define HEADER_OTHER       32u /* sector of the other copy */
#define HEADER_DISK_GUID   56u
#define HEADER_ENTRIES     72u /* sector of the first entry */
#define HEADER_COUNT       80u
#define HEADER_ENTRY_SIZE  84u
#define HEADER_ENTRIES_CRC 88u
#define HEADER_BYTES       92u

/* An entry (table 5-6). */
#define ENTRY_TYPE        0u
#define ENTRY_GUID        16u
#define ENTRY_ATTRIBUTES  48u
#define ENTRY_NAME        56u
#define ENTRY_NAME_UNITS  36u
#define ENTRY_BYTES_LEAST 128u
#define ENTRIES_MOST      1024u

#define GUID_BYTES 16u

typedef struct {
  guint8 *header; /* one sector */
  guint64 header_sector;
  guint8 *entries;
  guint64 entries_sector;
  guint32 count;
  guint32 entry_bytes;
} Gpt;

static void
gpt_free (Gpt *gpt)
{
  g_free (gpt->header);
  g_free (gpt->entries);
  g_free (gpt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gpt, gpt_free)

static void
put (guint8 *bytes, gsize length, guint64 value)
{
  for (gsize i = 0; i < length; i++, value >>= 8)
    bytes[i] = (guint8)value;
}

/* The order of a GUID's bytes on the disk (appendix A): the first three parts are little-endian. */
static const guint guid_order[GUID_BYTES]
    = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

static char *
guid_text (const guint8 *guid)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < GUID_BYTES; i++)
    g_string_append_printf (text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                            guid[guid_order[i]]);
  return g_string_free (text, FALSE);
}

static gboolean
guid_set (guint8 *guid, const char *text, GError **error)
{
  guint digits = 0;
  for (const char *c = text; c && *c; c++) {
    if (*c == '-')
      continue;
    int value = g_ascii_xdigit_value (*c);
    if (value < 0 || digits >= 2 * GUID_BYTES)
      break;
    guint8 *byte = guid + guid_order[digits / 2];
    *byte = (guint8)(digits % 2 == 0 ? value << 4 : *byte | value);
    digits++;
  }
  return digits == 2 * GUID_BYTES
         || tpl_fail (error, TPL_ERROR_FAILED, "\"%s\" is no GUID", text ? text : "");
}

static guint8 *
read_bytes (const TplMirror *mirror, guint64 sector, guint64 sector_bytes, gsize length,
            GError **error)
{
  guint64 offset = 0;
  if (!g_uint64_checked_mul (&offset, sector, sector_bytes)
      || offset > mirror->size_bytes - MIN (mirror->size_bytes, length)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "the GPT points behind the disk's end");
    return NULL;
  }
  g_autoptr (GBytes) bytes = tpl_mirror_read (mirror, offset, length, error);
  return bytes ? g_memdup2 (g_bytes_get_data (bytes, NULL), length) : NULL;
}

static gboolean
has_magic (const guint8 *header)
{
  return memcmp (header, HEADER_MAGIC, strlen (HEADER_MAGIC)) == 0;
}

/* The sizes that a header speaks of are such that the table can be read. */
static gboolean
has_known_sizes (const guint8 *header, guint64 sector_bytes)
{
  const guint64 header_bytes = tpl_le32 (header, HEADER_SIZE);
  const guint64 count = tpl_le32 (header, HEADER_COUNT);
  const guint64 entry_bytes = tpl_le32 (header, HEADER_ENTRY_SIZE);
  return header_bytes >= HEADER_BYTES && header_bytes <= sector_bytes && count > 0
         && count <= ENTRIES_MOST && entry_bytes >= ENTRY_BYTES_LEAST
         && entry_bytes <= sector_bytes * 8;
}

static Gpt *
gpt_load (const TplMirror *mirror, guint64 sector, guint64 sector_bytes, GError **error)
{
  g_autoptr (Gpt) gpt = g_new0 (Gpt, 1);
  gpt->header_sector = sector;
  gpt->header = read_bytes (mirror, sector, sector_bytes, (gsize)sector_bytes, error);
  if (!gpt->header)
    return NULL;
  gpt->entries_sector = tpl_le64 (gpt->header, HEADER_ENTRIES);
  gpt->count = (guint32)tpl_le32 (gpt->header, HEADER_COUNT);
  gpt->entry_bytes = (guint32)tpl_le32 (gpt->header, HEADER_ENTRY_SIZE);
  if (!has_magic (gpt->header) || !has_known_sizes (gpt->header, sector_bytes)) {
    tpl_fail (error, TPL_ERROR_REFUSED, "the GPT's header is damaged, or of an unknown kind");
    return NULL;
  }
  gpt->entries = read_bytes (mirror, gpt->entries_sector, sector_bytes,
                             (gsize)gpt->count * gpt->entry_bytes, error);
  return gpt->entries ? g_steal_pointer (&gpt) : NULL;
}

static guint8 *
entry_of (const Gpt *gpt, guint64 number)
{
  return number >= 1 && number <= gpt->count ? gpt->entries + (number - 1) * gpt->entry_bytes
                                             : NULL;
}

/* A hybrid MBR tells other programs of some partitions: it would have to be kept in step. */
static gboolean
check_protective (const TplMirror *mirror, GError **error)
{
  g_autofree guint8 *mbr = read_bytes (mirror, 0, 1, MBR_BYTES, error);
  if (!mbr)
    return FALSE;
  for (guint i = 0; i < 4; i++) {
    guint8 type = mbr[MBR_ENTRY_OFFSET + i * MBR_ENTRY_BYTES + MBR_TYPE_OFFSET];
    if (i == 0 ? type != MBR_PROTECTIVE : type != 0)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "the GPT has a hybrid MBR before it, which is not supported: make it a "
                       "protective one (gdisk: x, n, w)");
  }
  return TRUE;
}

static gboolean
read_entry (const guint8 *entry, TplPartition *partition, GError **error)
{
  gunichar2 units[ENTRY_NAME_UNITS];
  glong count = 0;
  for (; count < (glong)ENTRY_NAME_UNITS; count++) {
    units[count] = (gunichar2)tpl_le16 (entry, ENTRY_NAME + 2 * (gsize)count);
    if (units[count] == 0)
      break;
  }
  g_autofree char *name = g_utf16_to_utf8 (units, count, NULL, NULL, NULL);
  if (!name)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the name of partition %" G_GUINT64_FORMAT " is no UTF-16, and can't be kept",
                     partition->number);
  g_free (partition->type);
  g_free (partition->uuid);
  partition->type = guid_text (entry + ENTRY_TYPE);
  partition->uuid = guid_text (entry + ENTRY_GUID);
  partition->name = *name ? g_steal_pointer (&name) : NULL;
  partition->attributes = tpl_le64 (entry, ENTRY_ATTRIBUTES);
  return TRUE;
}

/* libparted goes on with the second copy where the first is damaged; a guess is no ground for a
 * copy. */
static gboolean
check_sums (const Gpt *gpt, guint64 sector_bytes, GError **error)
{
  g_autofree guint8 *header = g_memdup2 (gpt->header, (gsize)sector_bytes);
  put (header + HEADER_CRC, 4, 0);
  gboolean good
      = crc32_z (0, header, (gsize)tpl_le32 (header, HEADER_SIZE))
            == tpl_le32 (gpt->header, HEADER_CRC)
        && crc32_z (0, gpt->entries, (gsize)gpt->count * gpt->entry_bytes)
               == tpl_le32 (gpt->header, HEADER_ENTRIES_CRC);
  return good
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "the first copy of the GPT is damaged: mend it with gdisk or parted");
}

guint64
tpl_gpt_sector_size (GBytes *head)
{
  static const guint64 sizes[] = { 512, 4096 };
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (head, &length);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (length >= sizes[i] + strlen (HEADER_MAGIC) && has_magic (bytes + sizes[i]))
      return sizes[i];
  return 0;
}

gboolean
tpl_gpt_check (const TplMirror *mirror, guint64 sector_bytes, GError **error)
{
  g_autoptr (Gpt) first = gpt_load (mirror, 1, sector_bytes, error);
  if (!first)
    return FALSE;
  const guint64 others[]
      = { tpl_le64 (first->header, HEADER_OTHER), mirror->size_bytes / sector_bytes - 1 };
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autofree guint8 *other
        = read_bytes (mirror, others[i], sector_bytes, (gsize)sector_bytes, NULL);
    if (other && has_magic (other) && !has_known_sizes (other, sector_bytes))
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "the second copy of the GPT is damaged: mend it with gdisk or parted");
  }
  return TRUE;
}

gboolean
tpl_gpt_read (const TplMirror *mirror, guint64 sector_bytes, TplLayout *layout, GError **error)
{
  g_autoptr (Gpt) gpt = gpt_load (mirror, 1, sector_bytes, error);
  if (!gpt || !check_sums (gpt, sector_bytes, error) || !check_protective (mirror, error))
    return FALSE;
  layout->table_uuid = guid_text (gpt->header + HEADER_DISK_GUID);
  for (guint i = 0; i < layout->partitions->len; i++) {
    TplPartition *partition = layout->partitions->pdata[i];
    const guint8 *entry = entry_of (gpt, partition->number);
    if (!entry)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "the GPT has no entry for partition %" G_GUINT64_FORMAT, partition->number);
    if (!read_entry (entry, partition, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
fill_entry (guint8 *entry, const TplPartition *partition, GError **error)
{
  if (!guid_set (entry + ENTRY_TYPE, partition->type, error)
      || !guid_set (entry + ENTRY_GUID, partition->uuid, error))
    return FALSE;
  put (entry + ENTRY_ATTRIBUTES, 8, partition->attributes);
  glong count = 0;
  g_autofree gunichar2 *units
      = g_utf8_to_utf16 (partition->name ? partition->name : "", -1, NULL, &count, NULL);
  if (!units || count > (glong)ENTRY_NAME_UNITS)
    return tpl_fail (error, TPL_ERROR_FAILED, "\"%s\" is no name for a partition", partition->name);
  memset (entry + ENTRY_NAME, 0, 2 * ENTRY_NAME_UNITS);
  for (glong i = 0; i < count; i++)
    put (entry + ENTRY_NAME + 2 * i, 2, units[i]);
  return TRUE;
}

static gboolean
write_bytes (TplMirror *mirror, guint64 offset_bytes, const guint8 *data, gsize length,
             GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);
  return tpl_mirror_write (mirror, offset_bytes, bytes, error);
}

static gboolean
finish_copy (TplMirror *mirror, Gpt *gpt, guint64 sector_bytes, const TplLayout *layout,
             GError **error)
{
  gsize entries_bytes = (gsize)gpt->count * gpt->entry_bytes;
  if (!guid_set (gpt->header + HEADER_DISK_GUID, layout->table_uuid, error))
    return FALSE;
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    guint8 *entry = entry_of (gpt, partition->number);
    if (!entry)
      return tpl_fail (error, TPL_ERROR_FAILED,
                       "libparted made no entry for partition %" G_GUINT64_FORMAT,
                       partition->number);
    if (!fill_entry (entry, partition, error))
      return FALSE;
  }
  put (gpt->header + HEADER_ENTRIES_CRC, 4, crc32_z (0, gpt->entries, entries_bytes));
  put (gpt->header + HEADER_CRC, 4, 0); /* it is counted as zero */
  put (gpt->header + HEADER_CRC, 4,
       crc32_z (0, gpt->header, (gsize)tpl_le32 (gpt->header, HEADER_SIZE)));
  return write_bytes (mirror, gpt->entries_sector * sector_bytes, gpt->entries, entries_bytes, error)
         && write_bytes (mirror, gpt->header_sector * sector_bytes, gpt->header,
                         (gsize)sector_bytes, error);
}

gboolean
tpl_gpt_finish (TplMirror *mirror, guint64 sector_bytes, const TplLayout *layout, GError **error)
{
  g_autoptr (Gpt) first = gpt_load (mirror, 1, sector_bytes, error);
  if (!first)
    return FALSE;
  g_autoptr (Gpt) last
      = gpt_load (mirror, tpl_le64 (first->header, HEADER_OTHER), sector_bytes, error);
  return last && finish_copy (mirror, first, sector_bytes, layout, error)
         && finish_copy (mirror, last, sector_bytes, layout, error);
}
