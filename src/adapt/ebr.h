/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The chain of tables of an MBR's extended partition: each names one logical partition, and the
 * next table. Bounded: it comes from a guest. */
#pragma once

#include "adapt/mirror.h"
#include "plan/layout.h"

/** Reads the chain's sectors into a mirror that holds the master boot record. */
gboolean tpl_ebr_fetch (TplMirror *mirror, const TplReader *from, guint64 sector_bytes,
                        GError **error);

/** The byte, on the disk, that holds the type of the logical partition which begins at
 * `start_bytes`; 0 if there is none. Reads the mirror. */
guint64 tpl_ebr_type_offset (const TplMirror *mirror, guint64 start_bytes, guint64 sector_bytes);

/** Chains the tables that libparted made, one for each logical partition of the layout, in the
 * order of the partitions' numbers: Linux numbers them as they are chained, libparted chains them
 * as they lie. The types are the layout's. Errors: TPL_ERROR_REFUSED if there is no room for a
 * table. */
gboolean tpl_ebr_chain (TplMirror *mirror, const TplLayout *layout, GError **error);
