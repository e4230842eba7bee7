/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/boot-test.h"

#include "adapt/image.h"
#include "adapt/machine.h"
#include "boot/boot.h"
#include "error.h"
#include "host-probe.h"

#define LIMIT_SECONDS          300.0
#define EMULATED_LIMIT_SECONDS 1200.0

gboolean
tpl_boot_test_check (const TplRun *run, GError **error)
{
  const TplBootDriver *loader = tpl_boot_find (run->inventory->guest->boot_loader);
  g_auto (TplFirmware) firmware = { 0 };
  if (!run->request->boot_test)
    return TRUE;
  if (!loader)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "--boot-test: no boot loader that tpl-shrink knows is on the source, so that "
                     "there is nothing to start; leave the option out");
  if (run->inventory->layout->sector_bytes != 512)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "--boot-test: the disk has sectors of %" G_GUINT64_FORMAT
                     " bytes, which the test's machine has not; leave the option out",
                     run->inventory->layout->sector_bytes);
  if (loader->uefi && !tpl_firmware_find ("", &firmware))
    return tpl_fail (error, TPL_ERROR_HOST,
                     "--boot-test: this host has no UEFI firmware for guests (package ovmf or "
                     "edk2-ovmf)");
  return TRUE;
}

/* Beside the target, or in the current folder for a device; the caller's. */
static char *
screenshot_path (const TplRun *run)
{
  g_autofree char *name = g_path_get_basename (run->target.path);
  g_autofree char *folder
      = run->target.is_device ? g_get_current_dir () : g_path_get_dirname (run->target.path);
  g_autofree char *path = g_strdup_printf ("%s/%s.boot-test.ppm", folder, name);
  return g_canonicalize_filename (path, NULL);
}

gboolean
tpl_boot_test (TplRun *run, GError **error)
{
  if (!run->request->boot_test)
    return TRUE;
  tpl_run_note (run, TPL_EVENT_STAGE, "starting the target once, on an overlay");
  const char *disk = run->target.work_path ? run->target.work_path : run->target.path;
  g_autofree char *overlay = g_build_filename (run->folder, "overlay.qcow2", NULL);
  if (!tpl_image_overlay (overlay, disk, run->target.format, run->cancellable, error))
    return FALSE;

  g_auto (TplFirmware) firmware = { 0 };
  gboolean uefi = tpl_boot_find (run->inventory->guest->boot_loader)->uefi;
  if (uefi && !tpl_firmware_find ("", &firmware))
    return tpl_fail (error, TPL_ERROR_HOST, "the host's UEFI firmware is gone");
  g_autofree char *hypervisor = tpl_host_hypervisor ();
  if (!hypervisor)
    return tpl_fail (error, TPL_ERROR_HOST, "this host has no qemu: run tpl-shrink --check-host");
  g_autofree char *screenshot = screenshot_path (run);
  TplMachine machine = { .hypervisor = hypervisor,
                         .sandbox = run->sandbox,
                         .kvm = run->kvm,
                         .disk = overlay,
                         .firmware = uefi ? &firmware : NULL,
                         .folder = run->folder,
                         .screenshot = screenshot,
                         .limit_seconds = run->kvm ? LIMIT_SECONDS : EMULATED_LIMIT_SECONDS };
  const char *evidence = NULL;
  if (!tpl_machine_boot (&machine, &evidence, run->cancellable, error))
    return FALSE;
  run->boot_evidence = g_strdup (evidence);
  tpl_run_note (run, TPL_EVENT_NOTE, "the target boots: %s", evidence);
  return TRUE;
}
