/* SPDX-License-Identifier: GPL-3.0-or-later */
/** After a swap, the new volume takes the old one's name. */
#pragma once

#include "libvirt/swap.h"

/** Whether both volumes of a swap can change names, and the name that the old one would have then:
 * NAME.old, or the first of NAME.old2 ... that is free. The caller's. Errors: TPL_ERROR_REFUSED,
 * TPL_ERROR_RETRIABLE. */
char *tpl_virt_names_choose (TplVirt *virt, const TplVirtPlace *source, const TplVirtPlace *target,
                             GError **error);

/**
 * The old volume is named `parked`, the new one as the old one was, the domain has it by that name,
 * and so knows the history. The swap must have been made, and the domain be guarded: for a moment
 * its disk has a name that the domain does not know. What is done already is passed over, so that
 * it can be called again after a crash. Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE,
 * TPL_ERROR_HOST.
 */
gboolean tpl_virt_names_exchange (TplVirt *virt, const TplVirtSwap *swap, const char *parked,
                                  GError **error);
