/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/lvm-report.h"
#include "error.h"
#include "stage/lvm.h"
#include "stage/volumes.h"

static void
free_pv (gpointer pv)
{
  tpl_value_free (&tpl_physical_volume_type, pv);
}

static gboolean
inspect_group (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    g_autofree char *device = g_strdup_printf ("/dev/%s/%s", group->name, logical->name);
    if (!tpl_volumes_probe (run, logical->volume, device, error))
      return FALSE;
  }
  return TRUE;
}

/* What is on the other disks alone is not the guest's disk. */
static void
forget_other_groups (TplRun *run, TplLayout *layout)
{
  for (guint i = layout->volume_groups->len; i-- > 0;) {
    TplVolumeGroup *group = layout->volume_groups->pdata[i];
    if (tpl_layout_find (layout, group->pv_id))
      continue;
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "volume group %s is on none of SOURCE's partitions, and is not carried over",
                  group->name);
    g_ptr_array_remove_index (layout->volume_groups, i);
    tpl_value_free (&tpl_volume_group_type, group);
  }
}

/* Before anything is activated: not every kernel can do it with what is refused here. */
static gboolean
check_types (const TplLayout *layout, GError **error)
{
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    for (guint j = 0; j < group->logical_volumes->len; j++)
      if (!tpl_plan_check_logical_volume (group->logical_volumes->pdata[j], error))
        return FALSE;
  }
  return TRUE;
}

/* The groups on these devices alone. */
static gboolean
activate (TplRun *run, const char *const *devices, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, "lvm");
  g_ptr_array_add (argv, "vgchange");
  for (size_t i = 0; devices[i]; i++) {
    g_ptr_array_add (argv, "--devices");
    g_ptr_array_add (argv, (gpointer)(uintptr_t)devices[i]);
  }
  g_ptr_array_add (argv, "-ay");
  g_ptr_array_add (argv, NULL);
  if (tpl_appliance_run (run->appliance, (const char *const *)argv->pdata, NULL, NULL, error))
    return TRUE;
  g_prefix_error (error, "activating the source's volume groups: ");
  return FALSE;
}

static gboolean
read_groups (TplRun *run, TplLayout *layout, const GPtrArray *pvs, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();
  for (guint i = 0; i < pvs->len; i++)
    g_ptr_array_add (devices,
                     g_hash_table_lookup (run->source_devices,
                                          ((const TplPhysicalVolume *)pvs->pdata[i])->id));
  g_ptr_array_add (devices, NULL);
  const char *const *names = (const char *const *)devices->pdata;
  g_auto (GStrv) argv = tpl_lvm_report_argv (names);
  g_autofree char *report = NULL;
  if (!tpl_appliance_run (run->appliance, (const char *const *)argv, NULL, &report, error)
      || !tpl_lvm_report_read (report, pvs, layout, error))
    return FALSE;
  forget_other_groups (run, layout);
  return check_types (layout, error) && activate (run, names, error);
}

gboolean
tpl_lvm_inspect (TplRun *run, TplLayout *layout, GError **error)
{
  g_autoptr (GPtrArray) pvs = g_ptr_array_new_with_free_func (free_pv);
  if (!tpl_volumes_find_pvs (run, layout, pvs, error))
    return FALSE;
  if (pvs->len == 0)
    return TRUE;
  if (!read_groups (run, layout, pvs, error))
    return FALSE;
  for (guint i = 0; i < layout->volume_groups->len; i++)
    if (!inspect_group (run, layout->volume_groups->pdata[i], error))
      return FALSE;
  return TRUE;
}
