/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Opens a disk of the host for reading, whatever it is kept in. */
#pragma once

#include "survey/disk.h"

typedef struct {
  TplDisk *disk;
  const char *format; /* "raw" or "qcow2"; NULL: not known */
  guint64 size_bytes; /* virtual */
  guint64 allocated_bytes; /* on the host */
  gboolean is_busy;   /* the error is that somebody uses it */
} TplOpened;

/**
 * Opens an image file or a block device, read-only. `said` is the format that a domain says, or
 * NULL: then an image that names another file is refused (adapt/image.h). With `busy` it is opened
 * though somebody uses it. What could be found out is in `opened` even on errors; the disk is the
 * caller's. Errors: TPL_ERROR_REFUSED.
 */
gboolean tpl_survey_open (const char *path, const char *said, gboolean busy, TplOpened *opened,
                          GError **error);
