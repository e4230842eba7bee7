/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ldlinux.sys, from the guest. */
#include "fuzz.h"
#include "helper/ldlinux.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  unsigned char boot[TPL_LDLINUX_SECTOR_BYTES] = "xxxSYSLINUX";
  size_t count = size / TPL_LDLINUX_SECTOR_BYTES + 1;
  uint64_t *sectors = calloc (count, sizeof *sectors);
  unsigned char *image = malloc (size + 1);
  memcpy (image, data, size);
  for (size_t i = 0; i < count; i++)
    sectors[i] = i * (1 + size % 2); /* in a row, or each on its own */
  const struct tpl_ldlinux_place place = { sectors, 2048, 131072 };
  if (tpl_ldlinux_patch (image, size, boot, &place) == NULL)
    FUZZ_ASSERT (tpl_ldlinux_trouble (image, size) == NULL);
  else
    FUZZ_ASSERT (memcmp (image, data, size) == 0);
  free (image);
  free (sectors);
  return 0;
}
