/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The last swap of each domain, kept beside the journals until it is undone or made final. */
#pragma once

#include "libvirt/swap.h"

/** Durably; instead of what was kept for that domain. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_history_save (const TplVirtSwap *swap, GError **error);
/** The caller's. Errors: TPL_ERROR_REFUSED (no swap of this domain is known), TPL_ERROR_FAILED. */
TplVirtSwap *tpl_virt_history_load (const char *uuid, const char *name, GError **error);
/** One that is not there is fine. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_history_remove (const char *uuid, GError **error);
