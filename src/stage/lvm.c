/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/lvm.h"

#include <string.h>

#include "adapt/lvm-report.h"
#include "error.h"
#include "plan/lvm-metadata.h"

/* Before the report, in what the commands print. */
#define REPORT_MARK "tpl-report:"

/* Hands the metadata to the appliance and adds the commands that write it: label and metadata area
 * are made anew, what lies behind pe_start stays. --devices hides every other disk, so that equal
 * names and UUIDs can't be mixed up. */
static gboolean
add_restore (TplRun *run, TplScript *script, const TplVolumeGroup *group, gboolean work,
             GError **error)
{
  const char *device = g_hash_table_lookup (run->target_devices, group->pv_id);
  const char *name = work ? group->work_name : group->name;
  const TplVolume *pv = tpl_layout_find (run->plan->after, group->pv_id);
  g_autofree char *file = g_strdup_printf ("/tmp/%s.vg", group->work_name);
  g_autofree char *text = tpl_lvm_metadata (group, pv->size_bytes, work);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  tpl_script_add_words (script, "lvm", "pvcreate", "--devices", device, "--uuid",
                        work ? group->work_pv_uuid : group->pv_uuid, "--restorefile", file, "-ff",
                        "-y", device, NULL);
  /* --force: LVM wants to hear that thin pools' tables are as the text says; -y: and not to ask. */
  tpl_script_add_words (script, "lvm", "vgcfgrestore", "--devices", device, "--force", "-y", "-f",
                        file, name, NULL);
  return tpl_appliance_put (run->appliance, file, bytes, error);
}

/* Makes a pool of the two volumes that it is at first. There is no spare volume for its tables: a
 * later lvconvert --repair makes one. */
static void
add_pool (TplScript *script, const TplVolumeGroup *group, const TplThinPool *pool,
          const char *device)
{
  g_autofree char *tables = tpl_lvm_work_metadata_name (pool);
  g_autofree char *tables_path = g_strdup_printf ("%s/%s", group->work_name, tables);
  g_autofree char *path = g_strdup_printf ("%s/%s", group->work_name, pool->name);
  g_autofree char *chunk = g_strdup_printf ("%" G_GUINT64_FORMAT "b", pool->chunk_bytes);
  tpl_script_add_words (script, "lvm", "lvconvert", "--devices", device, "-y",
                        "--type", "thin-pool", "--chunksize", chunk, "--zero",
                        pool->zero ? "y" : "n", "--discards", pool->discards,
                        "--poolmetadataspare", "n", "--poolmetadata", tables_path, path, NULL);
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    g_autofree char *size
        = g_strdup_printf ("%" G_GUINT64_FORMAT "b", logical->volume->size_bytes);
    if (g_strcmp0 (logical->thin_pool, pool->name) == 0)
      tpl_script_add_words (script, "lvm", "lvcreate", "--devices", device, "-y", "-W", "n",
                            "--type", "thin", "-V", size, "-n", logical->name, "--thinpool",
                            path, NULL);
  }
}

static gboolean
create_group (TplRun *run, TplScript *script, const TplVolumeGroup *group, GError **error)
{
  const char *device = g_hash_table_lookup (run->target_devices, group->pv_id);
  if (!add_restore (run, script, group, TRUE, error))
    return FALSE;
  tpl_script_add_words (script, "lvm", "vgchange", "--devices", device, "-ay", group->work_name,
                        NULL);
  for (guint i = 0; i < group->thin_pools->len; i++)
    add_pool (script, group, group->thin_pools->pdata[i], device);
  for (guint i = 0; i < group->logical_volumes->len; i++) {
    const TplLogicalVolume *logical = group->logical_volumes->pdata[i];
    g_hash_table_insert (run->target_devices, g_strdup (logical->volume->id),
                         g_strdup_printf ("/dev/%s/%s", group->work_name, logical->name));
  }
  return TRUE;
}

gboolean
tpl_lvm_create (TplRun *run, TplScript *script, GError **error)
{
  for (guint i = 0; i < run->plan->after->volume_groups->len; i++)
    if (!create_group (run, script, run->plan->after->volume_groups->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
same_pools (const TplVolumeGroup *found, const TplVolumeGroup *planned)
{
  for (guint i = 0; i < planned->thin_pools->len; i++) {
    const TplThinPool *want = planned->thin_pools->pdata[i];
    const TplThinPool *have = tpl_volume_group_pool (found, want->name);
    if (!have || g_strcmp0 (have->uuid, want->uuid) != 0 || have->extents != want->extents
        || have->metadata_extents != want->metadata_extents
        || have->chunk_bytes != want->chunk_bytes)
      return FALSE;
  }
  return found->thin_pools->len == planned->thin_pools->len;
}

static gboolean
same_group (const TplVolumeGroup *found, const TplVolumeGroup *planned)
{
  if (g_strcmp0 (found->name, planned->name) != 0 || g_strcmp0 (found->uuid, planned->uuid) != 0
      || g_strcmp0 (found->pv_uuid, planned->pv_uuid) != 0
      || g_strcmp0 (found->tags, planned->tags) != 0 || !same_pools (found, planned)
      || found->pe_start_bytes != planned->pe_start_bytes
      || found->logical_volumes->len != planned->logical_volumes->len)
    return FALSE;
  for (guint i = 0; i < planned->logical_volumes->len; i++) {
    const TplLogicalVolume *want = planned->logical_volumes->pdata[i];
    gboolean same = FALSE;
    for (guint j = 0; j < found->logical_volumes->len && !same; j++) {
      const TplLogicalVolume *have = found->logical_volumes->pdata[j];
      same = strcmp (have->name, want->name) == 0 && strcmp (have->uuid, want->uuid) == 0
             && have->extents == want->extents && g_strcmp0 (have->tags, want->tags) == 0
             && g_strcmp0 (have->thin_pool, want->thin_pool) == 0;
    }
    if (!same)
      return FALSE;
  }
  return TRUE;
}

static gboolean
reads_back (const char *report, const TplVolumeGroup *group, GError **error)
{
  TplLayout *found = tpl_value_new (&tpl_layout_type);
  g_autoptr (GError) why = NULL;
  TplPhysicalVolume pv = { .id = group->pv_id, .uuid = group->pv_uuid };
  g_autoptr (GPtrArray) pvs = g_ptr_array_new ();
  g_ptr_array_add (pvs, &pv);
  gboolean same = tpl_lvm_report_read (report, pvs, found, &why) && found->volume_groups->len == 1
                  && same_group (found->volume_groups->pdata[0], group);
  tpl_value_free (&tpl_layout_type, found);
  return same
         || tpl_fail (error, TPL_ERROR_VERIFICATION, "it reads back differently from the plan%s%s",
                      why ? ": " : "", why ? why->message : "");
}

static gboolean
finish_group (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  const char *device = g_hash_table_lookup (run->target_devices, group->pv_id);
  const char *devices[] = { device, NULL };
  g_autoptr (TplScript) script = tpl_script_new ();
  tpl_script_add_words (script, "lvm", "vgchange", "--devices", device, "-an", group->work_name,
                        NULL);
  if (!add_restore (run, script, group, FALSE, error))
    return FALSE;
  g_auto (GStrv) ask = tpl_lvm_report_argv (devices);
  tpl_script_add_words (script, "echo", REPORT_MARK, NULL);
  tpl_script_add (script, (const char *const *)ask);
  g_autofree char *output = NULL;
  if (!tpl_appliance_run_script (run->appliance, script, &output, error))
    return FALSE;
  const char *report = strstr (output, REPORT_MARK);
  return report && reads_back (report + strlen (REPORT_MARK), group, error);
}

static void
add_device (const TplRun *run, GPtrArray *argv, const char *pv_id)
{
  g_ptr_array_add (argv, "--devices");
  g_ptr_array_add (argv, g_hash_table_lookup (run->source_devices, pv_id));
}

/* The source's groups are active under their names. */
static gboolean
is_planned (const TplRun *run, const char *name)
{
  const GPtrArray *groups = run->plan->after->volume_groups;
  for (guint i = 0; i < groups->len; i++)
    if (strcmp (((const TplVolumeGroup *)groups->pdata[i])->name, name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
deactivate_source (TplRun *run, const TplVolumeGroup *group, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, "lvm");
  g_ptr_array_add (argv, "vgchange");
  add_device (run, argv, group->pv_id);
  for (guint i = 0; i < group->other_pvs->len; i++)
    add_device (run, argv, ((const TplPhysicalVolume *)group->other_pvs->pdata[i])->id);
  g_ptr_array_add (argv, "-an");
  g_ptr_array_add (argv, group->name);
  g_ptr_array_add (argv, NULL);
  return tpl_appliance_run (run->appliance, (const char *const *)argv->pdata, NULL, NULL, error);
}

gboolean
tpl_lvm_finish (TplRun *run, GError **error)
{
  const GPtrArray *groups = run->plan->before->layout->volume_groups;
  for (guint i = 0; i < groups->len; i++) {
    const TplVolumeGroup *group = groups->pdata[i];
    if (is_planned (run, group->name) && !deactivate_source (run, group, error))
      return FALSE;
  }
  for (guint i = 0; i < run->plan->after->volume_groups->len; i++) {
    const TplVolumeGroup *group = run->plan->after->volume_groups->pdata[i];
    if (finish_group (run, group, error))
      continue;
    g_prefix_error (error, "naming volume group %s: ", group->name);
    return FALSE;
  }
  return TRUE;
}
