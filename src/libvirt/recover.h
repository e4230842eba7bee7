/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Finishing or undoing what dead runs left, by their journals. */
#pragma once

#include "tpl-shrink.h"

/** Hears a line for each thing that was done, and for each that is left to the user. */
typedef void (*TplRecoverLog) (const char *line, gpointer user_data);

/**
 * Goes through the journals of dead runs: deletes volumes that were made and not kept, ends guards.
 * A journal goes when all of it is done. Errors: TPL_ERROR_RETRIABLE, for the first that could
 * not be done; the others are tried.
 */
gboolean tpl_virt_recover (TplRecoverLog log, gpointer user_data, GError **error);
