/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Partition tables, read and written with libparted. Sectors exist only in here. */
#pragma once

#include "adapt/mirror.h"
#include "plan/layout.h"

/** Reads what else of a table is on the disk, into a mirror that holds its first MiB: the chain of
 * an extended partition. */
gboolean tpl_table_fetch (TplMirror *mirror, const TplReader *from, GError **error);

/**
 * Reads the partition table of a mirror that holds the device's first and last MiB into
 * layout->table, table_uuid, partitions (with empty volumes of id and size) and size_bytes. A disk
 * without a table: layout->table stays NULL. Errors: TPL_ERROR_REFUSED for a damaged table or a
 * kind that is not supported.
 */
gboolean tpl_table_read (const TplMirror *mirror, TplLayout *layout, GError **error);

/** Writes the layout's partition table to the mirror, with the same numbers, types and flags. */
gboolean tpl_table_write (TplMirror *mirror, const TplLayout *layout, GError **error);
