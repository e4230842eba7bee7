/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whether something on this host uses a disk right now. */
#pragma once

#include "tpl-shrink.h"

/** Refuses an image file that a loop device serves. `fd` is open on it. */
gboolean tpl_busy_check_file (int fd, const char *path, GError **error);

/** Takes a disk for reading: refuses one that a virtual machine has open for writing, and keeps
 * others from opening it so as long as `fd` is open. By QEMU's own locks (block/file-posix.c): byte
 * 100 + n is locked by who uses the permission n, 200 + n by who does not share it. */
gboolean tpl_busy_hold_for_reading (int fd, const char *path, GError **error);

/** Refuses a disk that a virtual machine has open in whatever way: for a TARGET. */
gboolean tpl_busy_check_unused (int fd, const char *path, GError **error);

/** Opens a block device exclusively: refused while it is mounted or something is stacked on it.
 * Returns the descriptor, or -1. */
int tpl_busy_open_device (const char *path, int flags, GError **error);

/** What is another after something wrote to the disk: a file's size and time of change, or the
 * sectors that were written to a block device. NULL: not known. The caller's. */
char *tpl_busy_mark (int fd);
/** Refuses a disk whose mark is not `mark` any more. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_busy_check_unwritten (int fd, const char *path, const char *mark, GError **error);
