/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Exit statuses: what the caller can do next. tpl-shrink(1), EXIT STATUS. */
#pragma once

#include <glib.h>

/** The status of a run that ended with `error` (NULL: with success) and for which `signal` came
 * (0: none). A run that a signal stopped gives 128 + its number, as a shell does. */
int cli_status (const GError *error, int signal);
