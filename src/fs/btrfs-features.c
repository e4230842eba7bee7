/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/btrfs-features.h"

static const char one_device[]
    = "only single devices are supported: make it one with btrfs device remove and balance";
static const char not_yet[] = "it can't be made yet: copy the files to a filesystem without it";

const TplBtrfsFeature tpl_btrfs_features[] = {
  { "mixed-backref", FALSE, 0x1, TPL_BTRFS_FOLLOWS, NULL },
  { "default-subvol", FALSE, 0x2, TPL_BTRFS_FOLLOWS, NULL },
  { "mixed-bg", FALSE, 0x4, TPL_BTRFS_KEPT, NULL },
  { "compress-lzo", FALSE, 0x8, TPL_BTRFS_FOLLOWS, NULL },
  { "compress-zstd", FALSE, 0x10, TPL_BTRFS_FOLLOWS, NULL },
  { "big-metadata", FALSE, 0x20, TPL_BTRFS_FOLLOWS, NULL },
  { "extref", FALSE, 0x40, TPL_BTRFS_KEPT, NULL },
  { "raid56", FALSE, 0x80, TPL_BTRFS_REFUSED, one_device },
  { "skinny-metadata", FALSE, 0x100, TPL_BTRFS_KEPT, NULL },
  { "no-holes", FALSE, 0x200, TPL_BTRFS_KEPT, NULL },
  { "metadata-uuid", FALSE, 0x400, TPL_BTRFS_FOLLOWS, NULL },
  { "raid1c34", FALSE, 0x800, TPL_BTRFS_REFUSED, one_device },
  { "zoned", FALSE, 0x1000, TPL_BTRFS_REFUSED, not_yet },
  { "extent-tree-v2", FALSE, 0x2000, TPL_BTRFS_REFUSED, not_yet },
  { "raid-stripe-tree", FALSE, 0x4000, TPL_BTRFS_REFUSED, not_yet },
  { "squota", FALSE, 0x10000, TPL_BTRFS_REFUSED,
    "quota groups can't be carried over: switch them off with btrfs quota disable" },
  { "free-space-tree", TRUE, 0x1, TPL_BTRFS_KEPT, NULL },
  { "free-space-tree-valid", TRUE, 0x2, TPL_BTRFS_FOLLOWS, NULL },
  { "verity", TRUE, 0x4, TPL_BTRFS_REFUSED,
    "its files can't be copied as they are: copy them to a filesystem without it" },
  { "block-group-tree", TRUE, 0x8, TPL_BTRFS_KEPT, NULL },
  { NULL, FALSE, 0, TPL_BTRFS_FOLLOWS, NULL },
};
