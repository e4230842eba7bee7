/* SPDX-License-Identifier: GPL-3.0-or-later */
/** XFS volumes for tests: described, or read from an image with xfs_db. */
#pragma once

#include "plan/layout.h"

/** A volume "lv:os/root" of 4 KiB blocks that uses `used_bytes`, with the features named in
 * `features` ("reflink finobt"). The caller's. */
TplVolume *xfs_source (guint64 used_bytes, const char *features);

/** Geometry, features and used bytes of the XFS in `image`, by xfs_db and xfs_info. The caller's.
 */
TplVolume *xfs_read (const char *image);
