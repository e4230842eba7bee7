/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files that an image is made of: an overlay and what it lies on. */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  GPtrArray *files;     /* paths: backing and data files, without the image itself */
  guint64 snapshots;    /* that the image itself holds */
  gboolean is_encrypted; /* one of them is */
} TplImageChain;

void tpl_image_chain_free (TplImageChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplImageChain, tpl_image_chain_free)

/** Asks qemu-img(1) for the files below a qcow2 image. Errors: TPL_ERROR_REFUSED if one is missing
 * or can't be read. */
TplImageChain *tpl_image_chain (const char *path, GCancellable *cancellable, GError **error);

/** Reads qemu-img's answer, an array of JSON objects with the image itself first. */
TplImageChain *tpl_image_chain_read (const char *json, GError **error);
