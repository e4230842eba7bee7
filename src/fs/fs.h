/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Filesystem drivers. A driver is one `const` struct in one file; src/meson.build lists them. It
 * reaches the disk only through the operations that it is handed.
 */
#pragma once

#include "adapt/toolbox.h"
#include "plan/traits.h"

/** What a driver may do to the device that it works on. */
typedef struct TplFsDisk TplFsDisk;
struct TplFsDisk {
  const char *device; /* for programs that run in the appliance */
  /** Reads exactly `length` bytes of the device. */
  GBytes *(*read) (const TplFsDisk *disk, guint64 offset_bytes, gsize length, GError **error);
  /** Runs a program of the toolbox; `status` and `output` may be NULL (see tpl_appliance_run
   * ()). */
  gboolean (*run) (const TplFsDisk *disk, const char *const *argv, int *status, char **output,
                   GError **error);
  gpointer user_data; /* of whoever made it */
};

/** A tree of its own in a filesystem (btrfs). */
typedef struct {
  guint64 id;
  char *path;          /* from the filesystem's top, without a leading slash */
  gboolean read_only;
  gboolean is_default; /* mounted if none is named */
  gboolean is_snapshot; /* of another: they share extents */
} TplSubvolume;

/** A copy of one mounted filesystem into another, both in the appliance. */
typedef struct {
  const char *engine; /* "helper" or "xfsdump" */
  const char *source_folder;
  const char *target_folder;
  const char *source_device; /* for a driver whose volumes are not mounted; the target is the disk's */
  const TplVolume *source;
  const char *left_out; /* file of the toolbox that names what is not copied; NULL: everything is */
} TplFsCopy;

typedef struct {
  const TplFsTraits *traits;
  const TplTool *tools;         /* of the host, that the toolbox needs for it; NULL: none */
  const char *read_options;     /* to mount the source with; NULL: neither side is mounted */
  const char *write_options;    /* to mount the target with */

  /** Adds the driver's facts to a volume of its type. Errors: TPL_ERROR_REFUSED. */
  gboolean (*inspect) (const TplFsDisk *disk, TplVolume *volume, GError **error);
  /**
   * What the driver's mount would tell of used and free space, from the disk alone. `*is_exact`
   * becomes FALSE where a mount would count otherwise: it was not unmounted. NULL: there is nothing
   * to count (no read_options), or only a mount can.
   */
  gboolean (*count) (const TplFsDisk *disk, TplVolume *volume, gboolean *is_exact, GError **error);
  /** Adds what only a look into the source, mounted at `folder`, tells: facts, used_bytes, and its
   * subvolumes (TplSubvolume) to the list. `snapshots` is the request's. NULL: nothing. Errors:
   * TPL_ERROR_REFUSED. */
  gboolean (*survey) (const TplFsDisk *disk, const char *folder, const char *snapshots,
                      TplVolume *volume, GPtrArray *subvolumes, GError **error);
  /** The toolbox's command that makes the planned filesystem on the device. The caller's. NULL:
   * there is nothing to make. */
  GStrv (*make) (const TplVolume *target, const char *device, GError **error);
  /** The command that gives the unmounted filesystem its UUID, for filesystems that can't be
   * mounted together with another of the same one: while source and target are, the target has
   * another. NULL: they can. The caller's. */
  GStrv (*give_uuid) (const char *uuid, const char *device);
  /** Copies everything; NULL for what has no content (swap). */
  gboolean (*copy) (const TplFsDisk *disk, const TplFsCopy *copy, GError **error);
  /** For what is not mounted: whether the target holds what the source does. Errors:
   * TPL_ERROR_VERIFICATION. */
  gboolean (*compare) (const TplFsDisk *disk, const TplFsCopy *copy, GError **error);
} TplFsDriver;

/** All drivers; ends with NULL. */
const TplFsDriver *const *tpl_fs_drivers (void);
/** The driver for libblkid's name of a filesystem; NULL if there is none. */
const TplFsDriver *tpl_fs_find (const char *type);
/** The same, for the planner. */
const TplFsTraits *tpl_fs_traits (const char *type);
