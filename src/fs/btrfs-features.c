/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The features of btrfs: Linux, include/uapi/linux/btrfs.h. */
#include "fs/fs-plan.h"

#define I  TPL_FEATURE_INCOMPAT
#define RO TPL_FEATURE_RO_COMPAT

static const char one_device[]
    = "only single devices are supported: make it one with btrfs device remove and balance";
static const char not_yet[] = "it can't be made yet: copy the files to a filesystem without it";

const TplFeature tpl_btrfs_features[] = {
  { "mixed-backref", I, 0x1, TPL_FEATURE_DROPPED, NULL },
  { "default-subvol", I, 0x2, TPL_FEATURE_DROPPED, NULL },
  { "mixed-bg", I, 0x4, TPL_FEATURE_KEPT, NULL },
  { "compress-lzo", I, 0x8, TPL_FEATURE_DROPPED, NULL },
  { "compress-zstd", I, 0x10, TPL_FEATURE_DROPPED, NULL },
  { "big-metadata", I, 0x20, TPL_FEATURE_DROPPED, NULL },
  { "extref", I, 0x40, TPL_FEATURE_KEPT, NULL },
  { "raid56", I, 0x80, TPL_FEATURE_REFUSED, one_device },
  { "skinny-metadata", I, 0x100, TPL_FEATURE_KEPT, NULL },
  { "no-holes", I, 0x200, TPL_FEATURE_KEPT, NULL },
  { "metadata-uuid", I, 0x400, TPL_FEATURE_DROPPED, NULL },
  { "raid1c34", I, 0x800, TPL_FEATURE_REFUSED, one_device },
  { "zoned", I, 0x1000, TPL_FEATURE_REFUSED, not_yet },
  { "extent-tree-v2", I, 0x2000, TPL_FEATURE_REFUSED, not_yet },
  { "raid-stripe-tree", I, 0x4000, TPL_FEATURE_REFUSED, not_yet },
  { "squota", I, 0x10000, TPL_FEATURE_REFUSED,
    "quota groups can't be carried over: switch them off with btrfs quota disable" },
  { "free-space-tree", RO, 0x1, TPL_FEATURE_KEPT, NULL },
  { "free-space-tree-valid", RO, 0x2, TPL_FEATURE_DROPPED, NULL },
  { "verity", RO, 0x4, TPL_FEATURE_REFUSED,
    "its files can't be copied as they are: copy them to a filesystem without it" },
  { "block-group-tree", RO, 0x8, TPL_FEATURE_KEPT, NULL },
  { 0 },
};
