/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Signatures of filesystems, swap and physical volumes, found with libblkid. */
#pragma once

#include "plan/layout.h"
#include "tpl-shrink.h"

/**
 * Looks what `size_bytes` at `offset_bytes` of the open file hold and sets the volume's type, uuid
 * and label; type "empty" if there is no signature. Errors: TPL_ERROR_REFUSED if signatures
 * contradict each other.
 */
gboolean tpl_probe_volume (int fd, guint64 offset_bytes, guint64 size_bytes, TplVolume *volume,
                           GError **error);

/** Says what a whole device or file holds: "an xfs filesystem", "a dos partition table". NULL if no
 * signature is found. The caller's. */
char *tpl_probe_contents (int fd);
