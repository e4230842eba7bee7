/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/lvm.h"

#include <string.h>

#include "adapt/lvm-report.h"
#include "error.h"
#include "plan/lvm-metadata.h"

/* --devices hides every other disk, so that equal names and UUIDs can't be mixed up. */
static const char create_script[]
    = "lvm pvcreate --devices \"$1\" --uuid \"$2\" --restorefile /tmp/vg -ff -y \"$1\" &&"
      " lvm vgcfgrestore --devices \"$1\" -f /tmp/vg \"$3\" &&"
      " lvm vgchange --devices \"$1\" -ay \"$3\"";

/* The label and metadata area are written anew; what lies behind pe_start stays. */
static const char finish_script[]
    = "lvm vgchange --devices \"$1\" -an \"$4\" &&"
      " lvm pvcreate --devices \"$1\" --uuid \"$2\" --restorefile /tmp/vg -ff -y \"$1\" &&"
      " lvm vgcfgrestore --devices \"$1\" -f /tmp/vg \"$3\"";

static gboolean
put_metadata (TplRun *run, const TplVolumeGroup *group, gboolean work, GError **error)
{
  const TplVolume *pv = tpl_layout_find (run->plan->after, group->pv_id);
  g_autofree char *text = tpl_lvm_metadata (group, pv->size_bytes, work);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return tpl_appliance_put (run->appliance, "/tmp/vg", bytes, error);
}

static gboolean
create_group (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  const char *device = g_hash_table_lookup (run->target_devices, group->pv_id);
  const char *argv[] = { "sh",   "-c", create_script, "sh", device, group->work_pv_uuid,
                         group->work_name, NULL };
  if (!put_metadata (run, group, TRUE, error)
      || !tpl_appliance_run (run->appliance, argv, NULL, NULL, error)) {
    g_prefix_error (error, "making volume group %s: ", group->name);
    return FALSE;
  }
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    g_hash_table_insert (run->target_devices, g_strdup (logical->volume->id),
                         g_strdup_printf ("/dev/%s/%s", group->work_name, logical->name));
  }
  return TRUE;
}

gboolean
tpl_lvm_create (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->plan->after->volume_groups->len; i++)
    if (!create_group (run, run->plan->after->volume_groups->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
same_group (const TplVolumeGroup *found, const TplVolumeGroup *planned)
{
  if (g_strcmp0 (found->name, planned->name) != 0 || g_strcmp0 (found->uuid, planned->uuid) != 0
      || g_strcmp0 (found->pv_uuid, planned->pv_uuid) != 0
      || found->pe_start_bytes != planned->pe_start_bytes
      || found->logical_volumes->len != planned->logical_volumes->len)
    return FALSE;
  for (guint i = 0; i < planned->logical_volumes->len; i++) {
    const TplLogicalVolume *want = planned->logical_volumes->pdata[i];
    gboolean same = FALSE;
    for (guint j = 0; j < found->logical_volumes->len && !same; j++) {
      const TplLogicalVolume *have = found->logical_volumes->pdata[j];
      same = strcmp (have->name, want->name) == 0 && strcmp (have->uuid, want->uuid) == 0
             && have->extents == want->extents;
    }
    if (!same)
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_back (TplRun *run, const TplVolumeGroup *group, const char *device, GError **error)
{
  const char *devices[] = { device, NULL };
  g_auto (GStrv) argv = tpl_lvm_report_argv (devices);
  g_autofree char *report = NULL;
  if (!tpl_appliance_run (run->appliance, (const char *const *)argv, NULL, &report, error))
    return FALSE;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (ids, (gpointer)device, group->pv_id);
  TplLayout *found = tpl_value_new (&tpl_layout_type);
  gboolean same = tpl_lvm_report_read (report, ids, found, error)
                  && found->volume_groups->len == 1
                  && same_group (found->volume_groups->pdata[0], group);
  tpl_value_free (&tpl_layout_type, found);
  if (!same && error && !*error)
    tpl_fail (error, TPL_ERROR_VERIFICATION,
              "volume group %s reads back differently from what was planned", group->name);
  return same;
}

static gboolean
finish_group (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  const char *device = g_hash_table_lookup (run->target_devices, group->pv_id);
  const char *argv[] = { "sh",   "-c", finish_script, "sh", device, group->pv_uuid, group->name,
                         group->work_name, NULL };
  if (put_metadata (run, group, FALSE, error)
      && tpl_appliance_run (run->appliance, argv, NULL, NULL, error)
      && read_back (run, group, device, error))
    return TRUE;
  g_prefix_error (error, "naming volume group %s: ", group->name);
  return FALSE;
}

gboolean
tpl_lvm_finish (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->plan->after->volume_groups->len; i++)
    if (!finish_group (run, run->plan->after->volume_groups->pdata[i], error))
      return FALSE;
  return TRUE;
}
