/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Image files on the host: their format, and making them. */
#pragma once

#include "tpl-shrink.h"

/** What the first bytes of a qcow2 image say (QEMU's docs/interop/qcow2.txt, "Header"). */
typedef struct {
  gboolean is_qcow2;
  gboolean has_backing_file;
  gboolean has_data_file;
  guint64 size_bytes; /* virtual */
} TplImageHeader;

/** How many bytes of the file's start are enough. */
#define TPL_IMAGE_HEADER_BYTES 104u

/** Reads a header; bytes that are no qcow2 image give is_qcow2 FALSE. Never fails. */
TplImageHeader tpl_image_header (const guint8 *bytes, gsize length);

/**
 * The format of an image file that is open for reading, "raw" or "qcow2" (static), and its virtual
 * size. `said` is the format that the user or a domain says, or NULL. A guest can write a qcow2
 * header that names any file of the host into its raw disk. So a header is believed only when it
 * names none, or when it is said to be meant. `path` is for messages. Errors: TPL_ERROR_REFUSED.
 */
gboolean tpl_image_choose_format (int fd, const char *path, const char *said, const char **format,
                                  guint64 *size_bytes, GError **error);

/** The disk's first TPL_IMAGE_HEAD_BYTES, or less, whatever the image's format; `folder` is for
 * scratch. Errors: TPL_ERROR_FAILED. The caller's. */
GBytes *tpl_image_head (const char *path, const char *format, const char *folder,
                        GCancellable *cancellable, GError **error);
#define TPL_IMAGE_HEAD_BYTES 8192u

/** Makes an image of this virtual size over the existing file `path`. */
gboolean tpl_image_create (const char *path, const char *format, guint64 size_bytes,
                           GCancellable *cancellable, GError **error);
/** Makes a qcow2 image `path` that takes the writes to `base`, which is never written. */
gboolean tpl_image_overlay (const char *path, const char *base, const char *base_format,
                            GCancellable *cancellable, GError **error);
/** Makes a qcow2 image `path`, compressed, of what is in another. */
gboolean tpl_image_compress (const char *path, const char *from, GCancellable *cancellable,
                             GError **error);
/** Cuts an image that nobody uses to a smaller virtual size. */
gboolean tpl_image_shrink (const char *path, const char *format, guint64 size_bytes,
                           GCancellable *cancellable, GError **error);
