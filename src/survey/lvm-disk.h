/* SPDX-License-Identifier: GPL-3.0-or-later */
/** LVM2 on a physical volume: its label, its header and the metadata area that they lead to (lvm2,
 * lib/format_text/layout.h). From a guest: bounded, and fuzzed. */
#pragma once

#include "survey/disk.h"

/**
 * The newest metadata that the physical volume has, as text of `*length` bytes; NULL without an
 * error if it has none (it belongs to no group, or keeps no copy). The caller's. Errors:
 * TPL_ERROR_REFUSED.
 */
char *tpl_lvm_disk_metadata (TplDisk *pv, gsize *length, GError **error);
