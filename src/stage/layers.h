/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What lies below a disk on this host: the files of an overlay, the file of a loop device. */
#pragma once

#include "stage/run.h"

/** Finds the files below a qcow2 image or a loop device, as place->layers. Says what of them is not
 * carried. Errors: TPL_ERROR_REFUSED: one is missing, encrypted, or in use. */
gboolean tpl_layers_find (TplRun *run, TplPlace *place, GError **error);

/** Refuses a TARGET that is SOURCE or another of the guest's disks, by whatever name, or something
 * that one of them lies on, or the other way round; and the same disk given twice. */
gboolean tpl_layers_check_apart (const TplRun *run, GError **error);
