/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the host can bear: how many appliances at once, over all batches that run on it. */
#pragma once

#include <glib.h>

/** How many tpl-shrink run at once where nobody says: one a processor, but no more appliances than
 * the memory holds, and one at least. Pure. */
guint tpl_batch_choose_jobs (guint processors, guint64 memory_bytes, guint64 appliance_bytes);

/** The same for this host, by what is available now; `appliance_bytes` as of
 * tpl_appliance_memory_bytes (). */
guint tpl_batch_host_jobs (guint64 appliance_bytes);

/** The share of the last ten seconds, 0 to 100, in which nothing ran because all waited for disks;
 * 0 if the kernel does not tell. Format: https://docs.kernel.org/accounting/psi.html */
double tpl_batch_host_io_stall (void);
/** The same of the text of /proc/pressure/io. Pure. */
double tpl_batch_parse_io_stall (const char *text);

/** Where the host's slots are: TPL_BATCH_SLOTS, else in /run for root, else in the user's runtime
 * folder. The caller's. */
char *tpl_batch_slots_folder (void);

/** Takes one of `count` slots. A descriptor that holds it for as long as it or a copy of it is
 * open; -1 without an error: all are taken. Errors: TPL_ERROR_RETRIABLE. */
int tpl_batch_slot_take (const char *folder, guint count, GError **error);
