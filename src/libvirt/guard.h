/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A guard keeps a stopped domain from being started: it is a paused, transient domain of the same
 * name and UUID without disks, whose title says whose guard it is. libvirt has one running domain a
 * UUID, so that of a guard and a start exactly one succeeds. The saved definition stays as it is.
 */
#pragma once

#include "libvirt/connect.h"

/** Starts a guard for the run `run_id` on a stopped domain. Errors: TPL_ERROR_REFUSED (it was
 * started meanwhile), TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_guard_start (TplVirt *virt, const char *uuid, const char *run_id, GError **error);

/** Whether the guard is still there, and its domain without a saved state, which somebody may have
 * made of the guard. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_guard_check (TplVirt *virt, const char *uuid, const char *run_id, GError **error);

/** Ends the guard if it is there and this run's; a domain without one is fine. */
gboolean tpl_virt_guard_end (TplVirt *virt, const char *uuid, const char *run_id, GError **error);

/** Whether a running domain's title says that it is a guard, of whatever run. */
gboolean tpl_virt_guard_is_title (const char *title);
/** ... and of this run. */
gboolean tpl_virt_guard_is_of (const char *title, const char *run_id);
