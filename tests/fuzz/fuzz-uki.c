/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sections of unified kernel images, from the guest. */
#include "fuzz.h"
#include "helper/uki.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const names[] = { ".initrd", ".cmdline", ".x", "" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    size_t offset = 0, length = 0;
    if (tpl_uki_section (data, size, names[i], &offset, &length))
      FUZZ_ASSERT (offset <= size && length <= size - offset);
  }
  return 0;
}
