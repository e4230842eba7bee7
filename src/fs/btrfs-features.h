/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The features of btrfs: their bits on the disk, and what a copy does with each. */
#pragma once

#include <glib.h>

typedef enum {
  TPL_BTRFS_KEPT,    /* the copy has it, if the source has and mkfs.btrfs knows it */
  TPL_BTRFS_FOLLOWS, /* from what is in the filesystem, or from another choice of mkfs.btrfs */
  TPL_BTRFS_REFUSED,
} TplBtrfsFate;

typedef struct {
  const char *name; /* mkfs.btrfs(8)'s where it has one, and the fact's */
  gboolean ro_compat;
  guint64 bit;
  TplBtrfsFate fate;
  const char *remedy; /* of what is refused */
} TplBtrfsFeature;

/** All that are known; the last one has no name. Linux, include/uapi/linux/btrfs.h. */
extern const TplBtrfsFeature tpl_btrfs_features[];
