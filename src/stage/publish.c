/* SPDX-License-Identifier: GPL-3.0-or-later */
/** publish: final names, an orderly end of the appliance, the boot test if one is wanted, all on
 * stable storage, and only then the target's name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/image.h"
#include "error.h"
#include "fs/fs.h"
#include "stage/boot-test.h"
#include "stage/busy.h"
#include "stage/libvirt.h"
#include "stage/luks.h"
#include "stage/lvm.h"
#include "stage/receipt.h"
#include "stage/run.h"

/* Signatures of filesystems lie in front of this. */
#define HIDDEN_BYTES (128u * 1024)

static gboolean
sync_fd (int fd, const char *what, GError **error)
{
  return fsync (fd) == 0
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "flushing \"%s\" to its disk: %s", what,
                      g_strerror (errno));
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (TplFd) fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && sync_fd (fd, folder, error);
}

/* A new image is as readable as the umask of whoever makes it says, like any file. */
static void
give_mode (int fd)
{
  mode_t mask = umask (0);
  umask (mask);
  fchmod (fd, 0666 & ~mask);
}

static gboolean
publish_file (TplRun *run, GError **error)
{
  TplPlace *target = &run->target;
  give_mode (target->fd);
  if (!sync_fd (target->fd, target->path, error))
    return FALSE;
  if (g_cancellable_is_cancelled (run->cancellable))
    return tpl_fail (error, TPL_ERROR_CANCELLED, "stopped on request");
  if (!tpl_receipt_write (run, error))
    return FALSE;
  if (rename (target->work_path, target->path) != 0)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "naming \"%s\": %s", target->path,
                     g_strerror (errno));
  g_clear_pointer (&target->work_path, g_free);
  return sync_folder (target->path, error);
}

/* The compressed image takes the place of the one that was written, and of its lock. */
static gboolean
compress (TplRun *run, GError **error)
{
  TplPlace *target = &run->target;
  if (!run->request->compress)
    return TRUE;
  tpl_run_note (run, TPL_EVENT_NOTE, "compressing the target");
  g_autofree char *compressed = g_strconcat (target->work_path, ".compressed", NULL);
  g_auto (TplFd) fd = open (compressed, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean made = fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0;
  if (!made)
    tpl_fail (error, TPL_ERROR_RETRIABLE, "making \"%s\": %s", compressed, g_strerror (errno));
  made = made && tpl_image_compress (compressed, target->work_path, run->cancellable, error);
  if (made && rename (compressed, target->work_path) != 0)
    made = tpl_fail (error, TPL_ERROR_RETRIABLE, "naming \"%s\": %s", target->work_path,
                     g_strerror (errno));
  if (!made) {
    unlink (compressed);
    return FALSE;
  }
  tpl_fd_clear (&target->fd);
  target->fd = fd;
  fd = -1;
  return TRUE;
}

/* Programs refuse to give a UUID that another device bears: what the appliance has of the source is
 * an overlay, whose beginning is forgotten with it. */
static gboolean
hide_source (TplRun *run, const TplVolume *volume, GError **error)
{
  g_autofree guint8 *zeros = g_malloc0 (HIDDEN_BYTES);
  g_autoptr (GBytes) blank = g_bytes_new (zeros, MIN (HIDDEN_BYTES, volume->size_bytes));
  const char *device = g_hash_table_lookup (run->source_devices, volume->id);
  return tpl_appliance_write (run->appliance, device, 0, blank, error);
}

/* Nothing is mounted any more. */
static gboolean
give_uuids (TplRun *run, GError **error)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (run->plan->after);
  for (guint i = 0; i < volumes->len; i++) {
    const TplVolume *volume = volumes->pdata[i];
    if (!tpl_run_gives_uuid (run, volume))
      continue;
    const char *device = g_hash_table_lookup (run->target_devices, volume->id);
    g_auto (GStrv) argv = tpl_fs_find (volume->type)->give_uuid (volume->uuid, device);
    if (!hide_source (run, volume, error)
        || !tpl_appliance_run (run->appliance, (const char *const *)argv, NULL, NULL, error)) {
      g_prefix_error (error, "giving %s its UUID: ", volume->id);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
tpl_stage_publish (TplRun *run, GError **error)
{
  const TplPlace *source = &run->source, *target = &run->target;
  tpl_run_note (run, TPL_EVENT_STAGE, "giving the target its names");
  if (!give_uuids (run, error) || !tpl_luks_close (run, TRUE, error)
      || !tpl_lvm_finish (run, error) || !tpl_luks_close (run, FALSE, error)
      || !tpl_receipt_seal (run, error)
      || !tpl_appliance_shutdown (run->appliance, error)
      || (!target->is_device
          && !tpl_image_shrink (target->work_path, target->format, run->plan->after->size_bytes,
                                run->cancellable, error))
      || !compress (run, error)
      || !tpl_busy_check_unwritten (source->fd, source->path, source->mark, error)
      || !tpl_libvirt_check (run, error) || !tpl_boot_test (run, error))
    return FALSE;
  gboolean published = target->is_device ? sync_fd (target->fd, target->path, error)
                                               && tpl_receipt_write (run, error)
                                         : publish_file (run, error);
  published = published && tpl_libvirt_publish (run, error);
  if (published)
    tpl_receipt_keep (run);
  if (published)
    tpl_run_note (run, TPL_EVENT_DONE, "%s is ready", target->path);
  return published;
}
