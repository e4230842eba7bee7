/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Pictures of disks in scale: partitions, the logical volumes in them, what is used and free. */
#pragma once

#include "cli/text.h"
#include "plan/layout.h"

/**
 * The keys that stand for volumes in pictures and tables: a partition's number, a letter for a
 * logical volume, "" for what takes the whole disk. From volume id to key, both the table's own.
 * The caller's; g_hash_table_unref ().
 */
GHashTable *cli_draw_keys (const TplLayout *layout);

/**
 * Draws `layout` on at most `columns` columns, where a disk of `scale_bytes` takes them all: with
 * the same scale, disks can be compared. What is too small for its name is still drawn, with its
 * key alone. A pure function. Lines, each with its newline; the caller's.
 */
char *cli_draw_layout (const TplLayout *layout, GHashTable *keys, guint64 scale_bytes, int columns,
                       CliCharset charset);

/** What the fillings mean: one line, with its newline. The caller's. */
char *cli_draw_legend (CliCharset charset);
