/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encrypted volumes: the header is as long as on the source, and what lies in it is planned. */
#include <string.h>

#include "plan/planner.h"
#include "plan/size.h"
#include "tpl-shrink.h"

/* LUKS counts in these, whatever the disk's sectors are. */
#define LUKS_SECTOR 512

gboolean
tpl_planning_check_encrypted (const TplPlanning *planning, const TplEncrypted *encrypted,
                              GError **error)
{
  const TplVolume *carrier = tpl_layout_find (planning->after, encrypted->id);
  const TplVolume *content = encrypted->volume;

  if (carrier == NULL || content == NULL || strcmp (carrier->type, "crypto_LUKS") != 0 ||
      encrypted->header_bytes == 0 || encrypted->header_bytes % LUKS_SECTOR != 0 ||
      tpl_size_add (encrypted->header_bytes, content->size_bytes) != carrier->size_bytes) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "the header of %s, which is encrypted, says that its content lies elsewhere",
                 encrypted->id);
    return FALSE;
  }
  return TRUE;
}

static TplVolumeGroup *
group_of_carrier (const TplLayout *layout, const TplEncrypted *encrypted)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    if (tpl_volume_group_logical (group, encrypted->id) != NULL)
      return group;
  }
  return NULL;
}

/* The carrier holds header and content; the content gets all that is left of it. */
static void
size_carrier (const TplLayout *layout, TplEncrypted *encrypted, guint64 unit)
{
  TplVolume *carrier = tpl_layout_find (layout, encrypted->id);

  carrier->size_bytes = tpl_size_round_up (
      tpl_size_add (encrypted->header_bytes, encrypted->volume->size_bytes), unit);
  encrypted->volume->size_bytes =
      carrier->size_bytes - MIN (encrypted->header_bytes, carrier->size_bytes);
}

void
tpl_planning_settle (TplPlanning *planning)
{
  TplLayout *layout = planning->after;

  for (guint i = 0; i < layout->encrypted->len; i++) {
    TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);
    const TplVolumeGroup *group = group_of_carrier (layout, encrypted);

    if (group != NULL)
      size_carrier (layout, encrypted, group->extent_bytes);
  }
  for (guint i = 0; i < layout->volume_groups->len; i++)
    tpl_planning_size_group (planning, g_ptr_array_index (layout->volume_groups, i));
  for (guint i = 0; i < layout->encrypted->len; i++) {
    TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);

    if (group_of_carrier (layout, encrypted) == NULL)
      size_carrier (layout, encrypted, TPL_MIB);
  }
}

guint64
tpl_planning_unit (const TplPlanning *planning, const TplVolume *volume)
{
  const TplLayout *layout = planning->after;

  for (guint i = 0; i < layout->encrypted->len; i++) {
    const TplEncrypted *encrypted = g_ptr_array_index (layout->encrypted, i);
    const TplVolumeGroup *group = group_of_carrier (layout, encrypted);

    if (encrypted->volume == volume && group != NULL)
      return group->extent_bytes;
  }
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = g_ptr_array_index (layout->volume_groups, i);

    if (tpl_volume_group_logical (group, volume->id) != NULL)
      return group->extent_bytes;
  }
  return TPL_MIB;
}
