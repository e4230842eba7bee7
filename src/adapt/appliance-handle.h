/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The appliance's own: what only its rooms see. */
#pragma once

#include <guestfs.h>

#include "adapt/appliance.h"
#include "adapt/watchdog.h"

/** One message of libguestfs's protocol holds 4 MiB: this is well below it (guestfs(3), PROTOCOL
 * LIMITS). */
#define TPL_APPLIANCE_CHUNK_BYTES (2u * 1024 * 1024)

struct TplAppliance {
  guestfs_h *handle;
  GCancellable *cancellable;
  gulong cancel_handler;
  double silence_seconds;
  TplWatchdog *watchdog; /* from launch to shutdown */
  TplApplianceProgress progress;
  TplApplianceLog log;
  gpointer user_data;
  GString *console; /* an unfinished line */
};

/** Says why the last call failed: "DOING: WHY". Always FALSE: TPL_ERROR_CANCELLED,
 * TPL_ERROR_RETRIABLE if the appliance is gone, else TPL_ERROR_FAILED. */
gboolean tpl_appliance_failed (TplAppliance *appliance, const char *doing, GError **error);

/** All of a file. NULL: tpl_appliance_failed () knows why. */
GBytes *tpl_appliance_content (TplAppliance *appliance, const char *path);

/** Starts what runs the toolbox's programs, once that is mounted. */
gboolean tpl_appliance_start_runner (TplAppliance *appliance, GError **error);
/** Ends it: while it lives, the toolbox can't be unmounted. */
gboolean tpl_appliance_end_runner (TplAppliance *appliance, GError **error);
