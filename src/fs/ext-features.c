/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The features of ext2, ext3 and ext4: Linux, Documentation/filesystems/ext4/super.rst. */
#include "fs/fs-plan.h"

#define C  TPL_FEATURE_COMPAT
#define I  TPL_FEATURE_INCOMPAT
#define RO TPL_FEATURE_RO_COMPAT

static const char no_tool[] = "no mke2fs makes it: copy the files to a filesystem without it";
static const char no_copy[]
    = "its files can't be copied as they are: copy them to a filesystem without it";

const TplFeature tpl_ext_features[] = {
  { "dir_prealloc", C, 0x1, TPL_FEATURE_DROPPED, NULL },
  { "imagic_inodes", C, 0x2, TPL_FEATURE_REFUSED, no_tool },
  { "has_journal", C, 0x4, TPL_FEATURE_KEPT, NULL },
  { "ext_attr", C, 0x8, TPL_FEATURE_KEPT, NULL },
  { "resize_inode", C, 0x10, TPL_FEATURE_KEPT, NULL },
  { "dir_index", C, 0x20, TPL_FEATURE_KEPT, NULL },
  { "sparse_super2", C, 0x200, TPL_FEATURE_KEPT, NULL },
  { "fast_commit", C, 0x400, TPL_FEATURE_SPARED, NULL },
  { "stable_inodes", C, 0x800, TPL_FEATURE_REFUSED,
    "a copy gives files other inode numbers: clear it with tune2fs -O ^stable_inodes" },
  { "orphan_file", C, 0x1000, TPL_FEATURE_SPARED, NULL },
  { "compression", I, 0x1, TPL_FEATURE_REFUSED, no_tool },
  { "filetype", I, 0x2, TPL_FEATURE_KEPT, NULL },
  { "needs_recovery", I, 0x4, TPL_FEATURE_DROPPED, NULL },
  { "journal_dev", I, 0x8, TPL_FEATURE_REFUSED, "it is a journal of another filesystem" },
  { "meta_bg", I, 0x10, TPL_FEATURE_KEPT, NULL },
  { "extent", I, 0x40, TPL_FEATURE_KEPT, NULL },
  { "64bit", I, 0x80, TPL_FEATURE_KEPT, NULL },
  { "mmp", I, 0x100, TPL_FEATURE_KEPT, NULL },
  { "flex_bg", I, 0x200, TPL_FEATURE_KEPT, NULL },
  { "ea_inode", I, 0x400, TPL_FEATURE_KEPT, NULL },
  { "dirdata", I, 0x1000, TPL_FEATURE_REFUSED, no_tool },
  { "metadata_csum_seed", I, 0x2000, TPL_FEATURE_KEPT, NULL },
  { "large_dir", I, 0x4000, TPL_FEATURE_KEPT, NULL },
  { "inline_data", I, 0x8000, TPL_FEATURE_KEPT, NULL },
  { "encrypt", I, 0x10000, TPL_FEATURE_REFUSED, no_copy },
  { "casefold", I, 0x20000, TPL_FEATURE_REFUSED, no_copy },
  { "sparse_super", RO, 0x1, TPL_FEATURE_KEPT, NULL },
  { "large_file", RO, 0x2, TPL_FEATURE_KEPT, NULL },
  { "huge_file", RO, 0x8, TPL_FEATURE_KEPT, NULL },
  { "uninit_bg", RO, 0x10, TPL_FEATURE_KEPT, NULL },
  { "dir_nlink", RO, 0x20, TPL_FEATURE_KEPT, NULL },
  { "extra_isize", RO, 0x40, TPL_FEATURE_KEPT, NULL },
  { "snapshot", RO, 0x80, TPL_FEATURE_REFUSED, no_tool },
  { "quota", RO, 0x100, TPL_FEATURE_REFUSED,
    "its limits can't be carried over yet: clear it with tune2fs -O ^quota, and set them anew" },
  { "bigalloc", RO, 0x200, TPL_FEATURE_REFUSED,
    "clusters are not supported yet: copy the files to a filesystem without it" },
  { "metadata_csum", RO, 0x400, TPL_FEATURE_KEPT, NULL },
  { "replica", RO, 0x800, TPL_FEATURE_REFUSED, no_tool },
  { "read-only", RO, 0x1000, TPL_FEATURE_REFUSED, "clear it with tune2fs -O ^read-only" },
  { "project", RO, 0x2000, TPL_FEATURE_KEPT, NULL },
  { "shared_blocks", RO, 0x4000, TPL_FEATURE_REFUSED,
    "make it a usual one with e2fsck -E unshare_blocks" },
  { "verity", RO, 0x8000, TPL_FEATURE_REFUSED, no_copy },
  { "orphan_present", RO, 0x10000, TPL_FEATURE_DROPPED, NULL },
  { 0 },
};
