/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A mirror: a sparse file in memory, as large as a guest's disk or a part of it, into which the few
 * blocks that libparted and libblkid look at are read. They never see more of the guest's disk, and
 * it makes no difference to them whether that is a raw file, a qcow2 image or a block device.
 */
#pragma once

#include "adapt/appliance.h"
#include "adapt/reader.h"

typedef struct {
  char *path; /* of `fd` */
  int fd;
  guint64 size_bytes;
  guint64 sector_bytes; /* logical; 512 unless the one who made it says otherwise */
} TplMirror;

/** Makes an empty mirror. */
TplMirror *tpl_mirror_new (guint64 size_bytes, GError **error);
void tpl_mirror_free (TplMirror *mirror);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplMirror, tpl_mirror_free)

/** Reads a range into the mirror; a range past its end is cut. */
gboolean tpl_mirror_fill (TplMirror *mirror, const TplReader *from, guint64 offset_bytes,
                          guint64 length, GError **error);
/** The same of a device in the appliance. */
gboolean tpl_mirror_fetch (TplMirror *mirror, TplAppliance *appliance, const char *device,
                           guint64 offset_bytes, guint64 length, GError **error);
/** Writes all that the mirror holds (its data, not its holes) to the device. */
gboolean tpl_mirror_push (const TplMirror *mirror, TplAppliance *appliance, const char *device,
                          GError **error);

/** Exactly `length` bytes of the mirror. */
GBytes *tpl_mirror_read (const TplMirror *mirror, guint64 offset_bytes, gsize length,
                         GError **error);
gboolean tpl_mirror_write (TplMirror *mirror, guint64 offset_bytes, GBytes *bytes, GError **error);
