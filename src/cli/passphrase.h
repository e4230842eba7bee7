/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Asking for the passphrase of an encrypted volume. */
#pragma once

#include <glib.h>

/** Whether a value of --key asks for it: "ID:ask". */
gboolean cli_passphrase_is_asked (const char *value);

/**
 * Asks on the terminal, without showing what is typed, and keeps the answer in memory that has no
 * name; returns the value that names it, "ID:file:PATH". It is good as long as the process lives.
 * The caller's. Errors: TPL_ERROR_USAGE if there is no terminal.
 */
char *cli_passphrase_ask (const char *value, GError **error);
