/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A guest's disk, or a part of one, that is read on the host: an operation, so that what looks at
 * it neither knows how it is kept nor can write it. */
#pragma once

#include "tpl-shrink.h"

typedef struct TplDisk TplDisk;
struct TplDisk {
  guint64 size_bytes;
  /** Reads exactly `length` bytes, all of which are on the disk. */
  GBytes *(*read) (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error);
  /** The first byte from `offset_bytes` on that may be other than zero, as far as can be told
   * without reading; size_bytes: none is. */
  guint64 (*next_data) (TplDisk *disk, guint64 offset_bytes);
  /** Frees what is the kind's own, and the disk. */
  void (*free) (TplDisk *disk);
};

void tpl_disk_free (TplDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplDisk, tpl_disk_free)

/** Reads exactly `length` bytes. Errors: TPL_ERROR_REFUSED (they are not on the disk, or it can't
 * be read). */
GBytes *tpl_disk_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error);

typedef enum { TPL_BLANK, TPL_NOT_BLANK, TPL_BLANK_SO_FAR } TplBlank;

/** Whether a disk is zeros alone. Reads no more than a few MiB: TPL_BLANK_SO_FAR says that there
 * was more to look at. */
gboolean tpl_disk_is_blank (TplDisk *disk, TplBlank *blank, GError **error);

/** A raw image or block device that is open for reading; the disk closes it. `name` is for
 * errors. */
TplDisk *tpl_disk_new_raw (int fd, guint64 size_bytes, const char *name);

/** A piece of another disk. */
typedef struct {
  guint64 start_bytes; /* in the other disk */
  guint64 size_bytes;
} TplDiskPiece;

/** Pieces of `whole`, which is borrowed, one after the other: a partition, a logical volume. NULL
 * if one is not on it. Errors: TPL_ERROR_REFUSED. */
TplDisk *tpl_disk_new_pieces (TplDisk *whole, const TplDiskPiece *pieces, guint count,
                              GError **error);
