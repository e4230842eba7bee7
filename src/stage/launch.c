/* SPDX-License-Identifier: GPL-3.0-or-later */
/** launch: the appliance of a run, with source, target and toolbox attached. */
#include "stage/launch.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

#include "adapt/gpt.h"
#include "adapt/image.h"
#include "error.h"
#include "host-probe.h"
#include "host.h"
#include "stage/keys.h"
#include "stage/volumes.h"

#define SECTOR_BYTES       512
#define LARGE_SECTOR_BYTES 4096

/* Besides the filesystem drivers' own. Decompressors are for the guest's initramfs. */
static const TplTool common_tools[] = {
  { "sh", TRUE },     { "lvm", TRUE },   { "gzip", FALSE }, { "zstd", FALSE },  { "xz", FALSE },
  { "bzip2", FALSE }, { "lz4", FALSE },  { "lzop", FALSE },
  { "cryptsetup", FALSE }, { NULL, FALSE },
};

static void
on_progress (guint64 done_bytes, guint64 total_bytes, gpointer user_data)
{
  tpl_run_progress (user_data, done_bytes, total_bytes);
}

static void
on_console (const char *line, gpointer user_data)
{
  g_autofree char *safe = g_strescape (line, "\"");
  tpl_run_note (user_data, TPL_EVENT_DEBUG, "appliance: %s", safe);
}

static GArray *
all_tools (void)
{
  GArray *tools = g_array_new (TRUE, TRUE, sizeof (TplTool)); /* ends with an empty one */
  for (const TplTool *tool = common_tools; tool->program; tool++)
    g_array_append_val (tools, *tool);
  for (const TplFsDriver *const *driver = tpl_fs_drivers (); *driver; driver++)
    for (const TplTool *tool = (*driver)->tools; tool && tool->program; tool++)
      g_array_append_val (tools, *tool);
  return tools;
}

static char *
helper_path (void)
{
  const char *named = g_getenv ("TPL_SHRINK_HELPER"); /* for running from a build folder */
  return g_strdup (named ? named : TPL_LIBEXECDIR "/tpl-helper");
}

static gboolean
make_target (TplRun *run, GError **error)
{
  TplPlace *target = &run->target;
  if (!target->path || target->is_device || target->is_pending)
    return TRUE;
  guint64 size = MAX (run->source.size_bytes, run->request->size_bytes);
  return tpl_image_create (target->work_path, target->format, size, run->cancellable, error);
}

static gboolean
add_others (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->others->len; i++) {
    const TplPlace *other = run->others->pdata[i];
    g_autofree char *label = tpl_volumes_other_label (i);
    if (!tpl_appliance_add_drive (run->appliance, other->path, other->format, label, TRUE,
                                  other->sector_bytes, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_drives (TplRun *run, GError **error)
{
  const TplPlace *source = &run->source, *target = &run->target;
  const char *target_path = target->is_pending  ? NULL
                            : target->work_path ? target->work_path
                                                : target->path;
  return tpl_appliance_add_drive (run->appliance, source->path, source->format, "source", TRUE,
                                  source->sector_bytes, error)
         && (!target_path
             || tpl_appliance_add_drive (run->appliance, target_path, target->format, "target",
                                         FALSE, source->sector_bytes, error))
         && add_others (run, error) && tpl_keys_attach (run, error)
         && tpl_appliance_add_drive (run->appliance, run->toolbox, "raw", "toolbox", TRUE,
                                     SECTOR_BYTES, error);
}

/* Nothing of an image says how large the sectors are that its guest sees, but a GPT, whose header
 * is in the second one. A device without one has its own. */
static gboolean
find_sector_size (TplRun *run, TplPlace *place, GError **error)
{
  place->sector_bytes = SECTOR_BYTES;
  g_autoptr (GBytes) head
      = tpl_image_head (place->path, place->format, run->folder, run->cancellable, error);
  if (!head)
    return FALSE;
  guint64 of_gpt = tpl_gpt_sector_size (head);
  int own = 0;
  if (of_gpt)
    place->sector_bytes = of_gpt;
  else if (place->is_device && ioctl (place->fd, BLKSSZGET, &own) == 0 && own == LARGE_SECTOR_BYTES)
    place->sector_bytes = LARGE_SECTOR_BYTES;
  return TRUE;
}

static gboolean
find_sector_sizes (TplRun *run, GError **error)
{
  for (guint i = 0; i < run->others->len; i++)
    if (!find_sector_size (run, run->others->pdata[i], error))
      return FALSE;
  return find_sector_size (run, &run->source, error);
}

/* What all launches of the run share. */
static gboolean
prepare (TplRun *run, GError **error)
{
  g_autofree char *helper = helper_path ();
  g_autofree char *why_not = NULL;
  g_autoptr (GArray) tools = all_tools ();
  run->toolbox = tpl_toolbox_take (run->folder, (const TplTool *)(void *)tools->data, helper,
                                   run->cancellable, error);
  if (!run->toolbox)
    return FALSE;
  g_autofree char *hypervisor = tpl_host_hypervisor ();
  run->sandbox = hypervisor ? tpl_host_sandbox (hypervisor) : NULL;
  if (!run->sandbox)
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "this host's qemu takes no -sandbox: nothing but its user confines it");
  run->kvm = tpl_host_kvm_works (&why_not);
  if (!run->kvm)
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "KVM does not work here (%s): the appliance is emulated, about ten times slower",
                  why_not);
  return TRUE;
}

gboolean
tpl_stage_launch (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "starting the appliance");
  /* A second launch takes the first one's: the toolbox is attached read-only. */
  if ((!run->toolbox && !prepare (run, error)) || !make_target (run, error)
      || !find_sector_sizes (run, error))
    return FALSE;
  run->appliance = tpl_appliance_new (run->folder, (double)run->request->appliance_seconds,
                                      run->cancellable, error);
  if (!run->appliance)
    return FALSE;
  tpl_appliance_set_progress (run->appliance, on_progress, on_console, run);
  return (!run->sandbox || tpl_appliance_confine (run->appliance, run->sandbox, error))
         && add_drives (run, error)
         && tpl_appliance_launch (run->appliance, run->kvm, error);
}

static GBytes *
disk_read (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  return tpl_appliance_read (disk->user_data, disk->device, offset_bytes, length, error);
}

static gboolean
disk_run (const TplFsDisk *disk, const char *const *argv, int *status, char **output,
          GError **error)
{
  return tpl_appliance_run (disk->user_data, argv, status, output, error);
}

TplFsDisk
tpl_run_disk (TplRun *run, const char *device)
{
  return (TplFsDisk){
    .device = device, .read = disk_read, .run = disk_run, .user_data = run->appliance
  };
}
