/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What cryptsetup(8) says of a LUKS container that is open. */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  guint64 header_bytes; /* before the content */
} TplLuksStatus;

/** Reads what `cryptsetup luksDump DEVICE` and `cryptsetup status NAME` print. Errors:
 * TPL_ERROR_REFUSED: a container that its header alone does not make again (integrity protection,
 * an unfinished reencryption). */
gboolean tpl_luks_status_read (const char *dump, const char *status, TplLuksStatus *found,
                               GError **error);
