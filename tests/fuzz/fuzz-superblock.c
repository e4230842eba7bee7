/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A superblock from a guest: it is read or refused, and so is the plan that follows from it.
 * FUZZ_READ reads the kind FUZZ_TYPE, which FUZZ_TRAITS plan. */
#include "fuzz.h"

#include "adapt/btrfs-superblock.h"
#include "adapt/ext-superblock.h"
#include "adapt/fat-superblock.h"
#include "adapt/xfs-superblock.h"
#include "fs/fs-plan.h"
#include "plan/size.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TplVolume *source = tpl_value_new (&tpl_volume_type);
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GBytes) superblock = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  source->id = g_strdup ("part:1");
  source->type = g_strdup (FUZZ_TYPE);
  source->size_bytes = 64 * TPL_GIB;
  if (FUZZ_READ (superblock, source, &error)) {
    FUZZ_ASSERT (source->used_bytes <= source->size_bytes);
    if (FUZZ_TRAITS.plan (source, TPL_MIB, target, &error))
      FUZZ_ASSERT (target->used_bytes <= target->size_bytes);
  }
  FUZZ_ASSERT (!error || error->message[0] != '\0');
  tpl_value_free (&tpl_volume_type, source);
  tpl_value_free (&tpl_volume_type, target);
  return 0;
}
