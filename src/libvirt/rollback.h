/* SPDX-License-Identifier: GPL-3.0-or-later */
/** After a swap: back to the old disk, or for good to the new one. */
#pragma once

#include "libvirt/log.h"

/**
 * Gives the domain (a name, UUID or dom:NAME) the disk that it had before its last swap. The new
 * disk stays where it is, with what was written to it since. Errors: TPL_ERROR_REFUSED (no swap is
 * known, the domain runs, the old disk is gone ...), TPL_ERROR_RETRIABLE.
 */
gboolean tpl_virt_rollback (const char *uri, const char *domain, const TplVirtLog *log,
                            GError **error);

/**
 * Deletes the old volume of the domain's last swap, which can't be undone then. The domain must run
 * from the new one, which proves that it boots, unless the user said yes to it without.
 * Errors: TPL_ERROR_REFUSED (not proven, something has the volume ...), TPL_ERROR_RETRIABLE.
 */
gboolean tpl_virt_delete_source (const char *uri, const char *domain, gboolean said_yes,
                                 const TplVirtLog *log, GError **error);
