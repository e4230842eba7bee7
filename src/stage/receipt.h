/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * --receipt: what the stages write down. All of it does nothing where no receipt is wanted.
 *
 * Receipt and manifest are complete and on their disk before the target gets its name: a target
 * that has its name has its receipt. A run that is killed in between leaves a receipt of a target
 * that is not there; the next run takes its place. A run that fails removes what it named.
 */
#pragma once

#include "refs/gathered.h"
#include "stage/run.h"

/** resolve: makes both files, under temporary names. Errors: TPL_ERROR_REFUSED if something else
 * than a receipt has the name. */
gboolean tpl_receipt_begin (TplRun *run, GError **error);

/** bootfix: a file was changed, by other means than an edit; the manifest tells by what. */
void tpl_receipt_add_file (TplRun *run, const TplEdit *edit);
/** bootfix: an edit of a file. */
gboolean tpl_receipt_add_edit (TplRun *run, const TplEdit *edit, const TplGatheredChange *change,
                               GError **error);

/** Of both: the edit that is added; the receipt's, or NULL if none is wanted. */
struct TplReceiptEdit *tpl_receipt_new_edit (TplRun *run, const TplEdit *edit);

/** verify: the manifest that tpl-helper made of a volume in the appliance, and what it counted. */
gboolean tpl_receipt_add_volume (TplRun *run, const TplVolume *volume, const char *counts,
                                 GError **error);
/** verify: a volume that is no tree of files. */
gboolean tpl_receipt_add_device (TplRun *run, const TplVolume *volume, GError **error);

/** publish, before the appliance ends: the rest of what it alone can tell. */
gboolean tpl_receipt_seal (TplRun *run, GError **error);
/** publish, before the target gets its name: all of it to its disk. */
gboolean tpl_receipt_write (TplRun *run, GError **error);
/** publish, last: it stays. */
void tpl_receipt_keep (TplRun *run);

/** Removes what was not kept. */
void tpl_receipt_end (TplRun *run);

/** Where tpl-helper leaves a manifest in the appliance. */
#define TPL_RECEIPT_LINES "/tmp/manifest"

/** Fetches the lines that tpl-helper left, sorted, into a file of the run's folder. Its path is the
 * caller's. */
char *tpl_receipt_fetch_lines (TplRun *run, GError **error);
/** Digests the first bytes of a device of the appliance (tpl-helper digest). The caller's. */
char *tpl_receipt_digest (TplRun *run, const char *device, guint64 size_bytes, GError **error);
