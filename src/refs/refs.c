/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refs/refs.h"

#include "helper/guest-glob.h"
#include "ref-kinds.h"
#include "refs/sweep.h"

#include <string.h>

#define DECLARE(kind) extern const TplRefKind tpl_ref_kind_##kind;
#define ADDRESS(kind) &tpl_ref_kind_##kind,

TPL_REF_KINDS (DECLARE)

const TplRefKind *const *
tpl_ref_kinds (void)
{
  static const TplRefKind *const kinds[] = {TPL_REF_KINDS (ADDRESS) NULL};
  return kinds;
}

const TplRefKind *
tpl_ref_kind_for_path (const char *path)
{
  const TplRefKind *const *kinds = tpl_ref_kinds ();
  for (guint i = 0; kinds[i] != NULL; i++)
    for (guint j = 0; kinds[i]->paths[j] != NULL; j++)
      if (tpl_glob_match (kinds[i]->paths[j], path))
        return kinds[i];
  return NULL;
}

gboolean
tpl_ref_kind_edits (const TplRefKind *kind)
{
  return kind->edit_line != NULL || kind->edit != NULL;
}

gboolean
tpl_refs_removes (const TplRefKind *kind, const TplRefMap *map, const char *path)
{
  if (kind->fate == TPL_REF_FILE_STAYS)
    return FALSE;
  if (kind->fate == TPL_REF_FILE_GOES_IF_NEW && tpl_ref_map_is_identity (map))
    return FALSE;
  return kind->goes == NULL || kind->goes (map, path);
}

gboolean
tpl_refs_edit (const TplRefKind *kind, const TplRefMap *map, const char *path, GBytes *before,
               GBytes **after, GPtrArray *warnings, GError **error)
{
  const TplRefEdit edit = {map, path, warnings};
  gsize size = 0;
  const char *data = g_bytes_get_data (before, &size);

  *after = NULL;
  if (!tpl_ref_kind_edits (kind) || size == 0 || tpl_ref_map_is_identity (map))
    return TRUE;
  if (memchr (data, '\0', size) != NULL) {
    tpl_ref_warn (&edit, "is not the text that was expected (%s): it was left as it is",
                  kind->name);
    return TRUE;
  }

  g_autofree char *text = g_strndup (data, size);
  g_autoptr (GString) edited = g_string_sized_new (size + 64);
  if (kind->edit_line != NULL)
    tpl_edit_lines (&edit, text, kind->edit_line, edited);
  else if (!kind->edit (&edit, text, edited, error))
    return FALSE;
  g_autoptr (GString) out = g_string_sized_new (edited->len + 64);
  tpl_sweep (map, edited->str, edited->len, out);
  if (out->len != size || memcmp (out->str, data, size) != 0)
    *after = g_bytes_new (out->str, out->len);
  return TRUE;
}
