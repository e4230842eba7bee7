/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Finishing or undoing what dead runs left, by their journals. */
#pragma once

#include "libvirt/log.h"

/**
 * Goes through the journals of dead runs: deletes volumes that were made and not kept, ends guards.
 * A journal goes when all of it is done. `log` hears of what is left to the user, too.
 * Errors: TPL_ERROR_RETRIABLE, for the first that could not be done; the others are tried.
 */
gboolean tpl_virt_recover (const TplVirtLog *log, GError **error);
