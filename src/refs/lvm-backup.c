/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LVM's backups of a VG's metadata (vgcfgbackup(8)). Those of this disk's VGs go, even when all names are
 * kept: they describe extents that the smaller disk does not have, and vgcfgrestore would write them over
 * its data. LVM writes a new one at the next change. Backups of other VGs stay. */
#include "refs/refs.h"

#include <string.h>

static gboolean
is_vg_of_disk (const TplRefMap *map, const char *name)
{
  const GPtrArray *entries = tpl_ref_map_entries (map);
  for (guint i = 0; i < entries->len; i++) {
    const TplRefEntry *entry = g_ptr_array_index (entries, i);
    if (entry->type == TPL_REF_VG && strcmp (entry->old, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* backup/VG, archive/VG_00012-1234567.vg */
static gboolean
goes (const TplRefMap *map, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  if (is_vg_of_disk (map, name))
    return TRUE;
  char *number = strrchr (name, '_');
  if (number == NULL || !g_str_has_suffix (name, ".vg"))
    return FALSE;
  *number = '\0';
  return is_vg_of_disk (map, name);
}

static const char *const paths[] = { "/etc/lvm/backup/*", "/etc/lvm/archive/*", NULL };

const TplRefKind tpl_ref_kind_lvm_backup = {
  .name = "lvm-backup",
  .paths = paths,
  .fate = TPL_REF_FILE_GOES,
  .goes = goes,
};
