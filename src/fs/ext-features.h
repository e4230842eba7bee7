/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The features of ext2, ext3 and ext4: their bits on the disk, and what a copy does with each. */
#pragma once

#include <glib.h>

typedef enum { TPL_EXT_COMPAT, TPL_EXT_INCOMPAT, TPL_EXT_RO_COMPAT } TplExtWord;

typedef enum {
  TPL_EXT_KEPT,    /* the copy has it, if the source has */
  TPL_EXT_DROPPED, /* a state of the source, or an aid that a fresh filesystem does not need */
  TPL_EXT_SPARED,  /* as kept, but left out where mke2fs does not know it: any kernel mounts it so */
  TPL_EXT_REFUSED,
} TplExtFate;

typedef struct {
  const char *name; /* mke2fs(8)'s name, and the fact's */
  TplExtWord word;
  guint32 bit;
  TplExtFate fate;
  const char *remedy; /* of what is refused */
} TplExtFeature;

/** All that are known; the last one has no name. Linux, Documentation/filesystems/ext4/super.rst. */
extern const TplExtFeature tpl_ext_features[];
