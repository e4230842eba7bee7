/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A virtual machine that starts a disk, to see whether the guest on it comes up. Evidence that
 * needs nothing of the guest: a login prompt on the serial console, or that the guest turns itself
 * off when its power button is pressed, which a service of its own does (systemd-logind, acpid),
 * never a boot loader, a kernel or an initramfs. There is no network.
 */
#pragma once

#include "adapt/firmware.h"
#include "tpl-shrink.h"

typedef struct {
  const char *hypervisor;
  const char *sandbox; /* of its option -sandbox; NULL: none */
  gboolean kvm;
  const char *disk; /* a qcow2 overlay, which is written */
  const TplFirmware *firmware; /* NULL: BIOS */
  const char *folder;     /* for the console's text and the firmware's variables */
  const char *screenshot; /* a PPM image is put there if the guest does not come up */
  double limit_seconds;   /* for it to come up */
} TplMachine;

/**
 * Starts it, waits, and ends it. `evidence` gets what the guest did; static. Errors:
 * TPL_ERROR_VERIFICATION if it did not come up, with the console's last lines; TPL_ERROR_CANCELLED;
 * TPL_ERROR_HOST and TPL_ERROR_RETRIABLE if the machine itself failed.
 */
gboolean tpl_machine_boot (const TplMachine *machine, const char **evidence,
                           GCancellable *cancellable, GError **error);
