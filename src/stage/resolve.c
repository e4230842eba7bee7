/* SPDX-License-Identifier: GPL-3.0-or-later */
/** resolve: what SOURCE and TARGET are, and whether they may be used. Writes at most the target's
 * temporary file. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/image.h"
#include "adapt/probe.h"
#include "error.h"
#include "stage/busy.h"
#include "stage/libvirt.h"
#include "stage/receipt.h"
#include "stage/run.h"
#include "stage/scratch.h"

static gboolean
device_size (TplPlace *place, GError **error)
{
  if (ioctl (place->fd, BLKGETSIZE64, &place->size_bytes) == 0 && place->size_bytes > 0)
    return TRUE;
  return tpl_fail (error, TPL_ERROR_REFUSED, "asking for the size of \"%s\": %s", place->path,
                   g_strerror (errno));
}

static gboolean
open_source (TplRun *run, GError **error)
{
  TplPlace *source = &run->source;
  struct stat status;
  if (stat (source->path, &status) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "SOURCE \"%s\": %s", source->path,
                     g_strerror (errno));
  source->is_device = S_ISBLK (status.st_mode);
  const char *said = run->request->source_format;
  if (!said)
    said = tpl_libvirt_source_format (run);
  if (source->is_device) {
    source->fd = tpl_busy_open_device (source->path, O_RDONLY, error);
    source->format = g_strdup (said ? said : "raw");
    return source->fd >= 0 && tpl_busy_hold_for_reading (source->fd, source->path, error)
           && device_size (source, error);
  }
  if (!S_ISREG (status.st_mode))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "SOURCE \"%s\" is neither a block device nor an image file", source->path);
  source->fd = open (source->path, O_RDONLY | O_CLOEXEC);
  if (source->fd < 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "SOURCE \"%s\": %s", source->path,
                     g_strerror (errno));
  const char *format = NULL;
  if (!tpl_busy_hold_for_reading (source->fd, source->path, error)
      || !tpl_busy_check_file (source->fd, source->path, error)
      || !tpl_image_choose_format (source->fd, source->path, said, &format, &source->size_bytes,
                                   error))
    return FALSE;
  source->format = g_strdup (format);
  return TRUE;
}

static gboolean
resolve_source (TplRun *run, GError **error)
{
  if (!open_source (run, error))
    return FALSE;
  run->source.mark = tpl_busy_mark (run->source.fd);
  return TRUE;
}

static gboolean
refuse_same_disk (const TplRun *run, const struct stat *target, GError **error)
{
  struct stat source;
  if (fstat (run->source.fd, &source) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "SOURCE \"%s\": %s", run->source.path,
                     g_strerror (errno));
  gboolean same = run->source.is_device && S_ISBLK (target->st_mode)
                      ? source.st_rdev == target->st_rdev
                      : source.st_dev == target->st_dev && source.st_ino == target->st_ino;
  return !same
         || tpl_fail (error, TPL_ERROR_REFUSED, "TARGET \"%s\" is SOURCE itself: name another",
                      run->target.path);
}

static gboolean
resolve_target_device (TplRun *run, GError **error)
{
  TplPlace *target = &run->target;
  if (run->request->format && strcmp (run->request->format, "raw") != 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--format %s: TARGET \"%s\" is a block device, which is written raw",
                     run->request->format, target->path);
  target->format = g_strdup ("raw");
  target->fd = tpl_busy_open_device (target->path, O_RDWR, error);
  if (target->fd < 0 || !tpl_busy_check_unused (target->fd, target->path, error)
      || !device_size (target, error))
    return FALSE;
  g_autofree char *contents = tpl_probe_contents (target->fd);
  if (contents && !run->request->force)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "TARGET \"%s\" holds %s: choose another, or say --force to lose it",
                     target->path, contents);
  return TRUE;
}

/* The temporary file is beside the target, so that publishing is a rename. Its lock tells a run
 * that is at work from what a killed one left. */
static gboolean
claim_work_file (TplPlace *target, GError **error)
{
  target->fd = open (target->work_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (target->fd < 0)
    return tpl_fail (error, TPL_ERROR_REFUSED, "making \"%s\": %s", target->work_path,
                     g_strerror (errno));
  if (flock (target->fd, LOCK_EX | LOCK_NB) != 0) {
    g_clear_pointer (&target->work_path, g_free); /* it is the other run's */
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "another run is making TARGET \"%s\" right now",
                     target->path);
  }
  struct stat held, named;
  if (fstat (target->fd, &held) != 0 || lstat (target->work_path, &named) != 0
      || held.st_ino != named.st_ino || ftruncate (target->fd, 0) != 0)
    return tpl_fail (error, TPL_ERROR_RETRIABLE, "claiming \"%s\": it changed underneath; try again",
                     target->work_path);
  return TRUE;
}

static gboolean
resolve_target_file (TplRun *run, gboolean exists, GError **error)
{
  TplPlace *target = &run->target;
  if (g_str_has_prefix (target->path, "/dev/") && !exists)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "TARGET \"%s\" does not exist: make the volume first (tpl-shrink --plan says "
                     "how large)",
                     target->path);
  if (exists && !run->request->force)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "TARGET \"%s\" exists: choose another name, or say --force to replace it",
                     target->path);
  g_auto (TplFd) old = exists ? open (target->path, O_RDONLY | O_CLOEXEC) : -1;
  if (old >= 0 && !tpl_busy_check_unused (old, target->path, error))
    return FALSE;
  const char *format = run->request->format;
  if (!format)
    format = g_str_has_suffix (target->path, ".qcow2") ? "qcow2" : "raw";
  target->format = g_strdup (format);
  g_autofree char *folder = g_path_get_dirname (target->path);
  g_autofree char *name = g_path_get_basename (target->path);
  g_autofree char *work = g_strdup_printf (".%s.tpl-shrink", name);
  target->work_path = g_build_filename (folder, work, NULL);
  return claim_work_file (target, error);
}

static gboolean
resolve_target (TplRun *run, GError **error)
{
  TplPlace *target = &run->target;
  if (!target->path)
    return TRUE;
  if (target->is_pending)
    return tpl_libvirt_choose_format (run, error);
  struct stat status;
  gboolean exists = stat (target->path, &status) == 0;
  if (exists && !refuse_same_disk (run, &status, error))
    return FALSE;
  if (exists && !S_ISBLK (status.st_mode) && !S_ISREG (status.st_mode))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "TARGET \"%s\" is neither a block device nor an image file", target->path);
  target->is_device = exists && S_ISBLK (status.st_mode);
  return target->is_device ? resolve_target_device (run, error)
                           : resolve_target_file (run, exists, error);
}

gboolean
tpl_stage_resolve (TplRun *run, GError **error)
{
  tpl_run_note (run, TPL_EVENT_STAGE, "looking at SOURCE and TARGET");
  run->source.path = run->request->source;
  run->target.path = run->request->target;
  if (!tpl_libvirt_find (run, error) || !tpl_libvirt_protect (run, error)
      || !resolve_source (run, error) || !resolve_target (run, error)
      || !tpl_receipt_begin (run, error))
    return FALSE;
  run->folder = tpl_scratch_new (&run->folder_lock, error);
  return run->folder != NULL;
}
