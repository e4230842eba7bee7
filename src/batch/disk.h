/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What tells the disk of a name from another that had the name before or gets it later. A value
 * (plan/value.h). */
#pragma once

#include "plan/value.h"

typedef struct {
  char *path;
  char *device;    /* of a block device: device mapper's UUID, else "MAJOR:MINOR"; NULL: a file */
  guint64 inode;   /* of a file, as the following */
  guint64 born_ns; /* since 1970; 0: the filesystem does not know */
  guint64 modified_ns;
  guint64 size_bytes; /* of the device, or of the file */
} TplBatchDisk;

extern const TplType tpl_batch_disk_type;

/** Looks at a file or block device. NULL: there is none. The caller's: tpl_batch_disk_free (). */
TplBatchDisk *tpl_batch_disk_look (const char *path);
void tpl_batch_disk_free (TplBatchDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatchDisk, tpl_batch_disk_free)

/** Whether both are one disk, of one size; it may have been written to. */
gboolean tpl_batch_disk_same (const TplBatchDisk *a, const TplBatchDisk *b);

/** Whether it was not written to, either. Of a block device nobody knows: TRUE. */
gboolean tpl_batch_disk_untouched (const TplBatchDisk *a, const TplBatchDisk *b);

/** What two names of one disk have in common at this moment, also before it exists: "file 8:1 123",
 * "device 253:4", "path /images/new.img". The caller's. */
char *tpl_batch_disk_key (const char *path);
