/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One of a receipt's two files. It has another name until it is complete, which is claimed as a
 * target's is: a killed run leaves it, and the next one takes it over. */
#pragma once

#include "adapt/handles.h"

typedef struct {
  char *path; /* NULL: it is not wanted */
  char *work_path; /* until it has its name */
  TplFd fd;
  gboolean has_name; /* and loses it again, unless the run keeps it */
} TplReceiptFile;

/** Makes the file, empty, beside `path`, which it takes over. Errors: TPL_ERROR_RETRIABLE (another
 * run writes it), TPL_ERROR_REFUSED. */
gboolean tpl_receipt_file_claim (TplReceiptFile *file, char *path, GError **error);
gboolean tpl_receipt_file_write (TplReceiptFile *file, const char *bytes, gsize length,
                                 GError **error);
/** Gives it its name, on its disk. */
gboolean tpl_receipt_file_publish (TplReceiptFile *file, GError **error);
/** Removes what was not kept. */
void tpl_receipt_file_end (TplReceiptFile *file);
