/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The boxes of a disk's picture, one in another: disk, partitions, logical volumes. */
#pragma once

#include "cli/text.h"
#include "plan/layout.h"

/** One box. */
typedef struct {
  char *key;      /* a volume's key; "" for the disk and for what is free */
  char *names[3]; /* for its first line, the longest first, NULL for fewer; the key is the last
                     resort */
  guint64 size_bytes;
  const TplVolume *volume; /* the layout's; NULL: free, or a box with others in it */
  GPtrArray *children;     /* CliBox, in the disk's order; empty: nothing is in it */
} CliBox;

/** The disk's box; the caller's. `keys` as of cli_draw_keys (). */
CliBox *cli_box_new_disk (const TplLayout *layout, GHashTable *keys, CliCharset charset);
void cli_box_free (CliBox *box);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliBox, cli_box_free)

/** A partition's key: its number, or "" of what takes the whole disk (number 0). The caller's. */
char *cli_box_partition_key (const TplPartition *partition);
