/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/uki.h"

#include <stdint.h>
#include <string.h>

/* Offsets: of the PE header's place in the file, and within the header and a section's entry. */
enum {
  PE_PLACE = 0x3c,
  SECTION_COUNT = 6,
  OPTIONAL_SIZE = 20,
  HEADER_BYTES = 24,
  SECTION_BYTES = 40,
  NAME_BYTES = 8,
  VIRTUAL_SIZE = 8,
  RAW_SIZE = 16,
  RAW_PLACE = 20,
};

static uint32_t
number (const unsigned char *bytes, int count)
{
  uint32_t value = 0;
  for (int i = 0; i < count; i++)
    value |= (uint32_t)bytes[i] << (8 * i);
  return value;
}

bool
tpl_uki_section (const unsigned char *data, size_t size, const char *name, size_t *offset,
                 size_t *length)
{
  char wanted[NAME_BYTES] = {0};
  memcpy (wanted, name, strnlen (name, sizeof wanted));
  if (size < PE_PLACE + 4 || memcmp (data, "MZ", 2) != 0)
    return false;
  size_t header = number (data + PE_PLACE, 4);
  if (header > size || size - header < HEADER_BYTES || memcmp (data + header, "PE\0", 4) != 0)
    return false;
  size_t count = number (data + header + SECTION_COUNT, 2);
  size_t table = header + HEADER_BYTES + number (data + header + OPTIONAL_SIZE, 2);
  for (size_t i = 0; i < count; i++) {
    size_t at = table + i * SECTION_BYTES;
    if (at > size || size - at < SECTION_BYTES)
      return false;
    if (memcmp (data + at, wanted, sizeof wanted) != 0)
      continue;
    *offset = number (data + at + RAW_PLACE, 4);
    size_t raw = number (data + at + RAW_SIZE, 4);
    size_t used = number (data + at + VIRTUAL_SIZE, 4);
    *length = used < raw ? used : raw; /* the rest is padding */
    return *offset <= size && size - *offset >= *length;
  }
  return false;
}
