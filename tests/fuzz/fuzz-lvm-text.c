/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LVM's metadata from a guest: whatever group comes out of it lies on its physical volume. */
#include "fuzz.h"

#include "plan/size.h"
#include "survey/lvm-group.h"

static TplLayout *
layout_with_pv (void)
{
  static const char *const uuids[] = { "g5K9Bl-xrcC-7NqP-0wVa-puur-M75F-sX9UhI",
                                       "111111-1111-1111-1111-1111-1111-111111" };
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  for (guint i = 0; i < G_N_ELEMENTS (uuids); i++) {
    TplPartition *partition = tpl_value_new (&tpl_partition_type);
    partition->volume = tpl_value_new (&tpl_volume_type);
    partition->volume->id = g_strdup_printf ("part:%u", i);
    partition->volume->uuid = g_strdup (uuids[i]);
    g_ptr_array_add (layout->partitions, partition);
  }
  return layout;
}

static void
check_place (const TplLvmPlace *place, const TplVolumeGroup *group)
{
  const guint64 end
      = tpl_size_add (group->pe_start_bytes, group->extents * group->extent_bytes);
  for (guint i = 0; i < place->pieces->len; i++) {
    const TplDiskPiece *piece = &g_array_index (place->pieces, TplDiskPiece, i);
    FUZZ_ASSERT (piece->start_bytes >= group->pe_start_bytes);
    FUZZ_ASSERT (tpl_size_add (piece->start_bytes, piece->size_bytes) <= end);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TplLayout *layout = layout_with_pv ();
  for (guint i = 0; i < layout->partitions->len; i++) {
    g_autoptr (GPtrArray) places
        = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_lvm_place_free);
    const TplPartition *partition = layout->partitions->pdata[i];
    g_autoptr (GError) error = NULL;
    const gboolean done = tpl_lvm_group_add ((const char *)data, size, partition->volume, layout,
                                             places, &error);
    FUZZ_ASSERT (done == (error == NULL));
    const guint groups = layout->volume_groups->len;
    for (guint j = 0; done && j < places->len; j++)
      check_place (places->pdata[j], layout->volume_groups->pdata[groups - 1]);
  }
  tpl_value_free (&tpl_layout_type, layout);
  return 0;
}
