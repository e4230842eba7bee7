/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The keys of encrypted volumes. A key is read into memory that has no name in any folder, and goes
 * to the appliance as a drive: it is on no disk, in no argument, message or log.
 */
#pragma once

#include "stage/run.h"

/** How many keys --key can name. */
#define TPL_KEYS_MOST 16

/** Reads the files that the request's keys name, as run->keys. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_keys_read (TplRun *run, GError **error);

/** Attaches them to an appliance that is not launched yet. */
gboolean tpl_keys_attach (TplRun *run, GError **error);

/** A key that may open a volume: the device and the bytes of it that a program has to read. */
typedef struct {
  char *device;
  guint64 size_bytes;
  const char *path; /* for messages: the file that it was in */
} TplKeyTry;

void tpl_key_try_free (gpointer key_try);

/** All that the user gave for a volume of this UUID, in the order to try (TplKeyTry). A file that
 * ends with a newline is tried without it first. The caller's. */
GPtrArray *tpl_keys_for (const TplRun *run, const char *uuid);
