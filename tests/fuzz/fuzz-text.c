/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One kind of text, the one that FUZZ_PATH belongs to: an empty map changes nothing, a second edit
 * changes nothing more, the scan reads nothing that is not there. */
#include "fuzz.h"
#include "refs/refs.h"

#define UUID(n) n n n n n n n n "-" n n n n "-4" n n n "-8" n n n "-" n n n n n n n n n n n n

static TplRefMap *
new_map (void)
{
  static const struct {
    TplRefType type;
    const char *old, *now;
  } entries[] = {
      {TPL_REF_UUID, UUID ("a"), UUID ("1")},
      {TPL_REF_UUID, UUID ("b"), NULL},
      {TPL_REF_UUID, "ABCD-1234", "FEDC-4321"},
      {TPL_REF_LABEL, "old", "new"},
      {TPL_REF_PTUUID, "deadbeef", "0badcafe"},
      {TPL_REF_PARTUUID, UUID ("c"), UUID ("2")},
      {TPL_REF_VG, "os", "tpl"},
      {TPL_REF_LV, "os/root", "tpl/root"},
      {TPL_REF_LV, "os/swap", NULL},
      {TPL_REF_LVM_UUID, "AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa",
       "NNNNNN-nnnn-nnnn-nnnn-nnnn-nnnn-nnnnnn"},
      {TPL_REF_PARTITION, "1", "1"},
      {TPL_REF_PARTITION, "3", NULL},
  };
  TplRefMap *map = tpl_ref_map_new ();
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    tpl_ref_map_add (map, entries[i].type, entries[i].old, entries[i].now);
  tpl_ref_map_set_drops_subvolids (map, TRUE);
  return map;
}

static GBytes *
edited (const TplRefMap *map, GBytes *before)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GBytes *after = NULL;
  if (!tpl_refs_edit (tpl_ref_kind_for_path (FUZZ_PATH), map, FUZZ_PATH, before, &after, warnings,
                      &error)) {
    FUZZ_ASSERT (error != NULL && after == NULL);
    return NULL;
  }
  return after != NULL ? after : g_bytes_ref (before);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (TplRefMap) map = new_map ();
  g_autoptr (TplRefMap) empty = tpl_ref_map_new ();
  g_autoptr (GBytes) before = g_bytes_new (data, size);

  g_autoptr (GBytes) unchanged = edited (empty, before);
  FUZZ_ASSERT (unchanged == before);

  g_autoptr (GBytes) once = edited (map, before);
  if (once == NULL)
    return 0;
  g_autoptr (GBytes) twice = edited (map, once);
  FUZZ_ASSERT (twice != NULL && g_bytes_equal (once, twice));

  g_autoptr (GPtrArray) left =
      g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_ref_leftover_free);
  tpl_refs_scan (map, FUZZ_PATH, once, left);
  for (guint i = 0; i < left->len; i++) {
    const TplRefLeftover *leftover = g_ptr_array_index (left, i);
    FUZZ_ASSERT (leftover->offset + 1 <= g_bytes_get_size (once));
  }
  return 0;
}
