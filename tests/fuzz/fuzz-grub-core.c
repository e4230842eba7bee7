/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's core image, in the first sectors of a disk. */
#include "boot/grub-core.h"
#include "fuzz.h"

/* What can be unpacked can be packed again, and is the same then. */
static void
look_into (GBytes *core)
{
  g_autoptr (GBytes) payload = tpl_grub_core_unpack (core);
  g_autoptr (GBytes) packed = payload ? tpl_grub_core_pack (core, payload) : NULL;
  if (!packed)
    return;
  FUZZ_ASSERT (g_bytes_get_size (packed) == g_bytes_get_size (core));
  g_autoptr (GBytes) again = tpl_grub_core_unpack (packed);
  FUZZ_ASSERT (again && g_bytes_equal (payload, again));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) head = g_bytes_new (data, size);
  g_autoptr (GArray) places = tpl_grub_core_places (head);
  for (guint i = 0; places && i < places->len; i++) {
    const TplGrubPlace *place = &g_array_index (places, TplGrubPlace, i);
    FUZZ_ASSERT (place->start_bytes > 0 && place->end_bytes > place->start_bytes);
    FUZZ_ASSERT (place->end_bytes <= size);
  }
  if (size > 512) {
    g_autoptr (GBytes) core = g_bytes_new (data + 512, size - 512);
    look_into (core);
  }
  return 0;
}
