/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * qcow2 images, read on the host without an appliance (QEMU's docs/interop/qcow2.txt).
 *
 * A survey reads some hundred KiB of each of hundreds of images: starting qemu-nbd for each would
 * take most of its time, and would be one more thing that a hostile image is handed to. What is
 * read here is two levels of tables and clusters, deflated or not; every number is checked against
 * the file, so that an image that lies is refused. Fuzzed. zstd, extended L2 entries, encryption
 * and external data files are refused by name.
 */
#pragma once

#include "survey/disk.h"

/** What the image calls its backing file, as it stands in the header; NULL if it has none, or the
 * header makes no sense. `format` gets its format, or NULL. Both are the caller's. */
char *tpl_qcow2_backing_name (TplDisk *file, char **format);

/**
 * The disk that the image `file` holds. `backing` is that of its backing file; NULL: it has none.
 * Both are taken, also on errors. Errors: TPL_ERROR_REFUSED.
 */
TplDisk *tpl_disk_new_qcow2 (TplDisk *file, TplDisk *backing, GError **error);
