/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/ldlinux.h"

#include <stdbool.h>
#include <string.h>

enum { SECTOR = TPL_LDLINUX_SECTOR_BYTES };

#define MAGIC        UINT32_C (0x3eb202fe)
#define MAX_SECTORS  4096u
#define ADV_SECTORS  2u /* the auxiliary data vector behind the program */
#define EXTENT_BYTES 10u
#define EXTENT_MAX   65535u

/* Offsets in the patch area, which begins with the magic number. */
enum {
  DATA_SECTORS = 8,
  ADV_COUNT = 10,
  DWORDS = 12,
  CHECKSUM = 16,
  EXTENDED = 22, /* place of the extended patch area in the file */
  AREA_BYTES = 24,
};

/* And in the extended one: places in the file, or (BOOT_*) in the boot sector. */
enum {
  ADV_PLACES = 0,
  EXTENTS = 10,
  EXTENT_COUNT = 12,
  BOOT_LOW = 14,
  BOOT_HIGH = 16,
  EXTENDED_BYTES = 20,
};

/* In the boot sector: what a FAT's has, made up where the filesystem is another. */
enum {
  OEM_NAME = 3,
  SECTORS_16 = 0x13,
  HIDDEN = 0x1c,
  SECTORS_32 = 0x20,
  SIGNATURE = 510,
};

struct layout {
  size_t area;
  size_t data_sectors;
  size_t dwords;
  size_t adv_places;
  size_t extents;
  size_t extent_count;
  size_t boot_low, boot_high;
};

static uint32_t
get (const unsigned char *bytes, int count)
{
  uint32_t value = 0;
  for (int i = 0; i < count; i++)
    value |= (uint32_t)bytes[i] << (8 * i);
  return value;
}

static void
put (unsigned char *bytes, uint64_t value, int count)
{
  for (int i = 0; i < count; i++)
    bytes[i] = (unsigned char)(value >> (8 * i));
}

/* Starts from the magic number, and comes to zero over what has the right checksum. */
static uint32_t
sum (const unsigned char *image, size_t dwords)
{
  uint32_t rest = MAGIC;
  for (size_t i = 0; i < dwords; i++)
    rest -= get (image + 4 * i, 4);
  return rest;
}

static bool
is_within (size_t start, size_t length, size_t size)
{
  return start <= size && length <= size - start;
}

static const char *
read_layout (const unsigned char *image, size_t size, struct layout *layout)
{
  size_t area = 0;
  while (area + AREA_BYTES <= size && get (image + area, 4) != MAGIC)
    area += 4;
  if (area + AREA_BYTES > size)
    return "it is no ldlinux.sys";
  layout->area = area;
  layout->data_sectors = get (image + area + DATA_SECTORS, 2);
  layout->dwords = get (image + area + DWORDS, 4);
  size_t data_bytes = layout->data_sectors * SECTOR;
  size_t extended = get (image + area + EXTENDED, 2);
  if (get (image + area + ADV_COUNT, 2) != ADV_SECTORS || layout->data_sectors == 0
      || layout->data_sectors > MAX_SECTORS || size != data_bytes + ADV_SECTORS * SECTOR
      || !is_within (extended, EXTENDED_BYTES, data_bytes) || layout->dwords > data_bytes / 4)
    return "it is of a version that is not known";
  layout->adv_places = get (image + extended + ADV_PLACES, 2);
  layout->extents = get (image + extended + EXTENTS, 2);
  layout->extent_count = get (image + extended + EXTENT_COUNT, 2);
  layout->boot_low = get (image + extended + BOOT_LOW, 2);
  layout->boot_high = get (image + extended + BOOT_HIGH, 2);
  if (!is_within (layout->adv_places, ADV_SECTORS * 8, data_bytes)
      || !is_within (layout->extents, layout->extent_count * EXTENT_BYTES, data_bytes)
      || !is_within (layout->boot_low, 4, SIGNATURE) || !is_within (layout->boot_high, 4, SIGNATURE))
    return "it is of a version that is not known";
  return sum (image, layout->dwords) == 0 ? NULL : "its checksum is wrong";
}

const char *
tpl_ldlinux_trouble (const unsigned char *image, size_t size)
{
  struct layout layout;
  return read_layout (image, size, &layout);
}

/* Sectors in a row make an extent. Returns how many extents the sectors take; writes them if
 * IMAGE. */
static size_t
put_extents (unsigned char *image, const struct layout *layout, const uint64_t *sectors)
{
  size_t count = 0;
  size_t length = 0;
  for (size_t i = 1; i < layout->data_sectors; i += length, count++) {
    length = 1;
    while (i + length < layout->data_sectors && length < EXTENT_MAX
           && sectors[i + length] == sectors[i] + length)
      length++;
    if (image != NULL) {
      put (image + layout->extents + count * EXTENT_BYTES, sectors[i], 8);
      put (image + layout->extents + count * EXTENT_BYTES + 8, length, 2);
    }
  }
  return count;
}

static void
patch_boot_sector (unsigned char *boot, const struct layout *layout,
                   const struct tpl_ldlinux_place *place)
{
  uint64_t sectors = place->partition_sectors;
  put (boot + layout->boot_low, place->sectors[0], 4);
  put (boot + layout->boot_high, place->sectors[0] >> 32, 4);
  put (boot + HIDDEN, place->partition_start, 4);
  put (boot + SECTORS_16, sectors < 65536 ? sectors : 0, 2);
  put (boot + SECTORS_32, sectors, 4);
}

const char *
tpl_ldlinux_patch (unsigned char *image, size_t size, unsigned char boot[TPL_LDLINUX_SECTOR_BYTES],
                   const struct tpl_ldlinux_place *place)
{
  struct layout layout;
  const char *trouble = read_layout (image, size, &layout);
  if (trouble != NULL)
    return trouble;
  if (memcmp (boot + OEM_NAME, "SYSLINUX", 8) != 0 && memcmp (boot + OEM_NAME, "EXTLINUX", 8) != 0)
    return "its partition's boot sector is not the one that starts it";
  if (put_extents (NULL, &layout, place->sectors) > layout.extent_count)
    return "it lies in too many pieces";

  memset (image + layout.extents, 0, layout.extent_count * EXTENT_BYTES);
  put_extents (image, &layout, place->sectors);
  for (size_t i = 0; i < ADV_SECTORS; i++)
    put (image + layout.adv_places + 8 * i, place->sectors[layout.data_sectors + i], 8);
  put (image + layout.area + CHECKSUM, 0, 4);
  put (image + layout.area + CHECKSUM, sum (image, layout.dwords), 4);
  patch_boot_sector (boot, &layout, place);
  return NULL;
}
