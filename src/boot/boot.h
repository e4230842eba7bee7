/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Boot loader drivers. A driver is one `const` struct in one file; src/meson.build lists them. It
 * says whether the loader is there, and whether it will still find its way on the planned disk.
 */
#pragma once

#include "fs/fs.h"
#include "plan/plan.h"
#include "refs/refs.h"

/** What a driver may do to make a copied loader start. The target is mounted as the guest mounts
 * it. */
typedef struct {
  const TplFsDisk *disk;
  const char *root;        /* folder of the appliance where the guest's root is */
  const char *path;        /* in the guest: of the file that the driver's texts name */
  const char *boot_in;     /* file of the appliance: the first 512 bytes of the source's boot volume */
  const char *boot_out;    /* and where those that the target's gets are to be put */
  guint64 start_bytes, size_bytes; /* of the target's boot volume, a partition */
} TplBootInstall;

/** Bytes that take the place of others on the disk. */
typedef struct {
  guint64 start_bytes;
  GBytes *bytes;
} TplBootPatch;

void tpl_boot_patch_free (TplBootPatch *patch);

typedef struct {
  const char *name;
  /** UEFI starts it, from the EFI system partition. */
  gboolean uefi;
  /** Globs of the texts that detect () and check () read, within the filesystem that holds them:
   * with and without the /boot in front. Ends with NULL. */
  const char *const *texts;
  /** Globs of its programs, or NULL. They say that it is there, and are searched for what was built
   * into them: see tpl_boot_refuse_built_in (). */
  const char *const *programs;
  /** Whether the loader is there. `head` is the disk's first MiB, and as far on as a BIOS boot
   * partition reaches that begins soon after it; `files` maps paths to GBytes, empty for
   * programs. */
  gboolean (*detect) (GBytes *head, GHashTable *files);
  /** Whether the loader, carried over byte for byte but for what rename () changes, works on the
   * planned disk. Errors: TPL_ERROR_REFUSED. NULL: it does. */
  gboolean (*check) (const TplPlan *plan, const TplRefMap *map, GBytes *head, GHashTable *files,
                     GError **error);
  /** Appends (TplBootPatch) what becomes of the old names in `head`, outside of any filesystem.
   * NULL: it has none there. Errors: TPL_ERROR_REFUSED. */
  gboolean (*rename) (GBytes *head, const TplRefMap *map, GPtrArray *patches, GError **error);
  /** Writes into the boot volume, the one that holds /boot, what is true for that place alone.
   * NULL: nothing. Errors: as run (). */
  gboolean (*install) (const TplBootInstall *install, GError **error);
} TplBootDriver;

/** All drivers; ends with NULL. */
const TplBootDriver *const *tpl_boot_drivers (void);
/** The driver of this name, or NULL. */
const TplBootDriver *tpl_boot_find (const char *name);
/** The source's volume that holds /boot. NULL: no root is known. */
const TplVolume *tpl_boot_volume (const TplPlan *plan);
/** Whether one of these globs fits the path. `globs` may be NULL. */
gboolean tpl_boot_globs_match (const char *const *globs, const char *path);
/** For drivers' detect (): whether a file of these globs is there. */
gboolean tpl_boot_has_file (GHashTable *files, const char *const *globs);
/** Refuses a new identity because of an old name in a program: always FALSE, TPL_ERROR_REFUSED.
 * `found` is a line of `tpl-helper scan`. */
gboolean tpl_boot_refuse_built_in (const char *found, GError **error);
/** For drivers' check (): an old identity that one of the files holds, or NULL. The caller's. */
TplRefLeftover *tpl_boot_old_name (const TplRefMap *map, GHashTable *files);

/** A file of the EFI system partition to be copied to a new path there. */
typedef struct {
  char *from;
  char *to;
} TplBootCopy;

void tpl_boot_copy_free (TplBootCopy *copy);

/**
 * What must be copied on an EFI system partition that holds these files, so that UEFI finds a
 * loader with a blank NVRAM (TplBootCopy; the array is the caller's). Empty: nothing, or, with
 * `unclear`, it can't be told which loader it should be.
 */
GPtrArray *tpl_boot_fallback (GHashTable *files, gboolean *unclear);
