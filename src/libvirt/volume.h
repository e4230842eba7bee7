/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Making and deleting volumes. */
#pragma once

#include "libvirt/place.h"

/**
 * Makes the volume `place` of that size, in the format "raw" or "qcow2", and sets its key. A
 * logical pool rounds the size up to whole extents. Of two that make one volume, one fails. Errors:
 * TPL_ERROR_REFUSED (there is one), TPL_ERROR_RETRIABLE (no room ...).
 */
gboolean tpl_virt_volume_make (TplVirt *virt, TplVirtPlace *place, guint64 size_bytes,
                               const char *format, GError **error);

/** Deletes the volume of that pool and name if its key is `key`; one that is not there is fine.
 * Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_volume_delete (TplVirt *virt, const char *pool, const char *name, const char *key,
                                 GError **error);

/** Deletes it likewise, but never one that a domain has by now, whoever gave it that.
 * Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_volume_discard (TplVirt *virt, const char *pool, const char *name,
                                  const char *key, GError **error);

/** Whether no other volume of the host's pools is an overlay or a snapshot of it. Errors:
 * TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_volume_check_alone (TplVirt *virt, const char *pool, const char *name,
                                      GError **error);

/** Gives a volume another name, which must be free. Errors: TPL_ERROR_REFUSED (not in this kind of
 * pool), TPL_ERROR_RETRIABLE, TPL_ERROR_HOST (no lvrename). */
gboolean tpl_virt_volume_rename (TplVirt *virt, const char *pool, const char *from, const char *to,
                                 GError **error);
