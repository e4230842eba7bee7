/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "boot/grub-core.h"

#include <lzma.h>
#include <string.h>

#include "adapt/little-endian.h"

#define SECTOR_BYTES 512u
/* Where boot.img names the first sector of core.img (include/grub/i386/pc/boot.h:
 * GRUB_BOOT_MACHINE_KERNEL_SECTOR). */
#define CORE_SECTOR_OFFSET 0x5cu
/* diskboot.img's list grows downwards from the sector's end: first sector, count, segment. An entry
 * without sectors ends it (struct grub_boot_blocklist). */
#define BLOCK_BYTES 12u
/* lzma_decompress.img's header, from its start (include/grub/offsets.h, i386 pc), and where it is
 * loaded. */
#define PACKED_SIZE_OFFSET   0x08u
#define UNPACKED_SIZE_OFFSET 0x0cu
#define REDUNDANCY_OFFSET    0x10u
#define HEADER_BYTES         0x1cu
#define LOAD_ADDRESS         0x8200u
/* GRUB unpacks to below 16 MiB of memory; real ones take some 100 KiB. */
#define LONGEST_PAYLOAD (8u * 1024 * 1024)

/* movl $0x100000, %edi; movl $(where the packed bytes begin), %esi; pushl %edi */
static const guint8 unpacking[] = { 0xbf, 0x00, 0x00, 0x10, 0x00, 0xbe };
#define PUSH_EDI 0x57

typedef struct {
  const guint8 *bytes; /* of the core */
  gsize length;
  gsize packed_at;     /* offset of the packed bytes in the core */
  gsize packed_bytes;
  gsize unpacked_bytes;
} Core;

TplGrubPlace
tpl_grub_core_start (GBytes *head)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (head, &length);
  guint64 sector
      = length >= CORE_SECTOR_OFFSET + 8 ? tpl_le64 (bytes, CORE_SECTOR_OFFSET) : G_MAXUINT64;
  sector = MIN (sector, G_MAXUINT64 / SECTOR_BYTES - 1);
  return (TplGrubPlace){ sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES };
}

static gboolean
add_place (GArray *places, guint64 first_sector, guint64 sectors, gsize head_length)
{
  guint64 most = head_length / SECTOR_BYTES;
  if (first_sector == 0 || sectors == 0 || first_sector > most || sectors > most - first_sector)
    return FALSE;
  TplGrubPlace place
      = { first_sector * SECTOR_BYTES, (first_sector + sectors) * SECTOR_BYTES };
  g_array_append_val (places, place);
  return TRUE;
}

GArray *
tpl_grub_core_places (GBytes *head)
{
  gsize length = 0;
  const guint8 *bytes = g_bytes_get_data (head, &length);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TplGrubPlace));
  if (length < SECTOR_BYTES
      || !add_place (places, tpl_grub_core_start (head).start_bytes / SECTOR_BYTES, 1, length))
    return NULL;
  const guint8 *diskboot = bytes + g_array_index (places, TplGrubPlace, 0).start_bytes;
  for (guint at = SECTOR_BYTES - BLOCK_BYTES; at >= BLOCK_BYTES; at -= BLOCK_BYTES) {
    guint64 sectors = tpl_le16 (diskboot, at + 8);
    if (sectors == 0)
      return places->len > 1 ? g_steal_pointer (&places) : NULL;
    if (!add_place (places, tpl_le64 (diskboot, at), sectors, length))
      return NULL;
  }
  return NULL; /* code, not a list */
}

GBytes *
tpl_grub_core_join (GBytes *head, const GArray *places)
{
  const guint8 *bytes = g_bytes_get_data (head, NULL);
  g_autoptr (GByteArray) core = g_byte_array_new ();
  for (guint i = 0; i < places->len; i++) {
    const TplGrubPlace *place = &g_array_index (places, TplGrubPlace, i);
    g_byte_array_append (core, bytes + place->start_bytes,
                         (guint)(place->end_bytes - place->start_bytes));
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&core));
}

static gboolean
find_packed (GBytes *bytes, Core *core)
{
  core->bytes = g_bytes_get_data (bytes, &core->length);
  if (core->length < SECTOR_BYTES + HEADER_BYTES)
    return FALSE;
  const guint8 *start = core->bytes + SECTOR_BYTES; /* lzma_decompress.img */
  gsize length = core->length - SECTOR_BYTES;
  const guint8 *code = memmem (start, length, unpacking, sizeof unpacking);
  gsize at = code ? (gsize)(code - start) + sizeof unpacking : length;
  if (length - at < 5 || start[at + 4] != PUSH_EDI)
    return FALSE;
  guint64 address = tpl_le32 (start, at);
  core->packed_bytes = tpl_le32 (start, PACKED_SIZE_OFFSET);
  core->unpacked_bytes = tpl_le32 (start, UNPACKED_SIZE_OFFSET);
  if (address < LOAD_ADDRESS + at || address - LOAD_ADDRESS > length)
    return FALSE;
  core->packed_at = SECTOR_BYTES + address - LOAD_ADDRESS;
  return core->packed_bytes > 0 && core->packed_bytes <= core->length - core->packed_at
         && core->unpacked_bytes > 0 && core->unpacked_bytes <= LONGEST_PAYLOAD;
}

/* As grub-mkimage packs it: without a header. The mark that liblzma puts at the end, GRUB never
 * reads. */
typedef struct {
  lzma_options_lzma options;
  lzma_filter filters[2];
} Packing;

static void
packing_init (Packing *packing)
{
  lzma_lzma_preset (&packing->options, LZMA_PRESET_DEFAULT);
  packing->options.dict_size = 1u << 16;
  packing->options.lc = 3;
  packing->options.lp = 0;
  packing->options.pb = 2;
  packing->filters[0] = (lzma_filter){ LZMA_FILTER_LZMA1, &packing->options };
  packing->filters[1] = (lzma_filter){ LZMA_VLI_UNKNOWN, NULL };
}

GBytes *
tpl_grub_core_unpack (GBytes *bytes)
{
  Core core;
  Packing packing;
  lzma_stream stream = LZMA_STREAM_INIT;
  packing_init (&packing);
  if (!find_packed (bytes, &core) || lzma_raw_decoder (&stream, packing.filters) != LZMA_OK)
    return NULL;
  g_autofree guint8 *payload = g_malloc (core.unpacked_bytes);
  stream.next_in = core.bytes + core.packed_at;
  stream.avail_in = core.packed_bytes;
  stream.next_out = payload;
  stream.avail_out = core.unpacked_bytes;
  lzma_ret status = lzma_code (&stream, LZMA_RUN);
  gboolean whole = (status == LZMA_OK || status == LZMA_STREAM_END) && stream.avail_out == 0;
  lzma_end (&stream);
  return whole ? g_bytes_new_take (g_steal_pointer (&payload), core.unpacked_bytes) : NULL;
}

static void
put_le32 (guint8 *bytes, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);
  memcpy (bytes, &little, sizeof little);
}

GBytes *
tpl_grub_core_pack (GBytes *bytes, GBytes *payload)
{
  Core core;
  Packing packing;
  size_t packed_bytes = 0;
  gsize length = 0;
  const guint8 *unpacked = g_bytes_get_data (payload, &length);
  packing_init (&packing);
  if (!find_packed (bytes, &core) || length != core.unpacked_bytes)
    return NULL;
  g_autofree guint8 *packed = g_malloc0 (core.length);
  memcpy (packed, core.bytes, core.packed_at);
  if (lzma_raw_buffer_encode (packing.filters, NULL, unpacked, length,
                              packed + core.packed_at, &packed_bytes,
                              core.length - core.packed_at)
      != LZMA_OK)
    return NULL;
  put_le32 (packed + SECTOR_BYTES + PACKED_SIZE_OFFSET, (guint32)packed_bytes);
  put_le32 (packed + SECTOR_BYTES + REDUNDANCY_OFFSET, 0);
  return g_bytes_new_take (g_steal_pointer (&packed), core.length);
}
