/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The libguestfs appliance: the small virtual machine in which all that a guest's disk holds is
 * read and written. Drives have labels and are never addressed by the kernel's names, which may
 * change from launch to launch (guestfs(3), "DISK LABELS").
 *
 * Programs run from the toolbox, a filesystem image of ours that is mounted at the appliance's
 * root.
 */
#pragma once

#include "adapt/reader.h"
#include "tpl-shrink.h"

typedef struct TplAppliance TplAppliance;

typedef struct {
  guint64 total_bytes; /* capacity that files can use, without the log */
  guint64 free_bytes;
} TplSpace;

/** Hears progress that a program in the appliance prints: "tpl-progress: copy DONE TOTAL
 * ENTRIES". */
typedef void (*TplApplianceProgress) (guint64 done_bytes, guint64 total_bytes, gpointer user_data);
/** Hears the appliance's console, line by line. */
typedef void (*TplApplianceLog) (const char *line, gpointer user_data);

/** The memory that an appliance has: libguestfs's default, or what LIBGUESTFS_MEMSIZE says. */
guint64 tpl_appliance_memory_bytes (void);

/** Makes a handle, not launched. `temporary_folder` is where libguestfs keeps overlays and sockets.
 * An appliance that gives no sign of life (adapt/watchdog.h) for `silence_seconds` is ended, which
 * is TPL_ERROR_RETRIABLE; 0: never. `cancellable` (may be NULL) ends it at once when it is
 * cancelled. */
TplAppliance *tpl_appliance_new (const char *temporary_folder, double silence_seconds,
                                 GCancellable *cancellable, GError **error);
/** Ends the appliance without a word about its success: for failures. */
void tpl_appliance_free (TplAppliance *appliance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplAppliance, tpl_appliance_free)

void tpl_appliance_set_progress (TplAppliance *appliance, TplApplianceProgress progress,
                                 TplApplianceLog log, gpointer user_data);

/** Adds a drive. `format` is "raw" or "qcow2". A read-only drive is an overlay: the appliance may
 * write (replay a journal), the file never changes. `sector_bytes`: of its logical sectors, 512 or
 * 4096. */
gboolean tpl_appliance_add_drive (TplAppliance *appliance, const char *path, const char *format,
                                  const char *label, gboolean read_only, guint64 sector_bytes,
                                  GError **error);

/** Adds a read-only drive of the bytes of `fd`, which stays the caller's and must stay open until
 * the appliance is launched. It may be memory that has no name (memfd_create(2)). */
gboolean tpl_appliance_add_memory (TplAppliance *appliance, int fd, const char *label,
                                   GError **error);

/** Confines libguestfs's own qemu by its option -sandbox; another backend has its own way. */
gboolean tpl_appliance_confine (TplAppliance *appliance, const char *sandbox, GError **error);

/** Starts it: with KVM if `kvm`, else emulated. Mounts the drive labelled "toolbox" at its root. */
gboolean tpl_appliance_launch (TplAppliance *appliance, gboolean kvm, GError **error);

/** It was launched and has died, as far as a call has noticed: what was found since says nothing of
 * its disks. */
gboolean tpl_appliance_is_gone (const TplAppliance *appliance);

/** Syncs, shuts down and checks that nothing failed on the way. The handle is done with after
 * it. */
gboolean tpl_appliance_shutdown (TplAppliance *appliance, GError **error);

/** The name of a drive, or, with `partition` > 0, of its partition, in the appliance. Calls and
 * programs take it alike: the kernel's own names mean different disks to libguestfs, which
 * translates them, and to a program. The caller's. */
char *tpl_appliance_device (const char *label, guint64 partition);

gboolean tpl_appliance_device_size (TplAppliance *appliance, const char *device,
                                    guint64 *size_bytes, GError **error);
/** The size of its logical sectors. */
gboolean tpl_appliance_sector_size (TplAppliance *appliance, const char *device,
                                    guint64 *sector_bytes, GError **error);
/** Reads exactly `length` bytes of a device. */
GBytes *tpl_appliance_read (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                            gsize length, GError **error);
/** The same as a reader's operation; both are borrowed. */
TplReader tpl_appliance_reader (TplAppliance *appliance, const char *device);
gboolean tpl_appliance_write (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                              GBytes *bytes, GError **error);
/** Whether every byte of a device is zero. Ends at the first that is not. */
gboolean tpl_appliance_is_blank (TplAppliance *appliance, const char *device, gboolean *blank,
                                 GError **error);
/** Makes the appliance's kernel read a partition table anew; its partitions can be used then. */
gboolean tpl_appliance_reread_table (TplAppliance *appliance, const char *device, GError **error);

/** Mounts a filesystem of the kernel's `type` ("xfs") at `folder`, which is made if it is not there. */
gboolean tpl_appliance_mount (TplAppliance *appliance, const char *device, const char *type,
                              const char *options, const char *folder, GError **error);
/** Whether every component of the path is a folder and no symbolic link. */
gboolean tpl_appliance_is_plain_folder (TplAppliance *appliance, const char *path);
gboolean tpl_appliance_unmount (TplAppliance *appliance, const char *folder, GError **error);
gboolean tpl_appliance_space (TplAppliance *appliance, const char *folder, TplSpace *space,
                              GError **error);

/** Files of the toolbox's own tree, for a program's input and output. */
gboolean tpl_appliance_put (TplAppliance *appliance, const char *path, GBytes *content,
                            GError **error);
GBytes *tpl_appliance_get (TplAppliance *appliance, const char *path, GError **error);

/** Copies a file of any size to `local` on the host, without holding it in memory. */
gboolean tpl_appliance_download (TplAppliance *appliance, const char *path, const char *local,
                                 GError **error);

/** "1.48.6" of libguestfs, and the appliance's kernel's release. The caller's; NULL: it is not
 * said. */
char *tpl_appliance_library_version (TplAppliance *appliance);
char *tpl_appliance_kernel_version (TplAppliance *appliance);

/**
 * Runs a program of the toolbox in the appliance. `argv` is NULL-terminated. `output` (may be NULL)
 * gets what it printed, the caller's. Returns FALSE if it could not run, or ended with a status
 * other than 0 and `status` is NULL; with `status`, its exit status is the caller's to judge.
 */
gboolean tpl_appliance_run (TplAppliance *appliance, const char *const *argv, int *status,
                            char **output, GError **error);

/** Commands that run one after the other in one go, which is much cheaper than one by one. */
typedef struct TplScript TplScript;
TplScript *tpl_script_new (void);
void tpl_script_free (TplScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplScript, tpl_script_free)
/** Adds a command; it runs if those before it succeeded. */
void tpl_script_add (TplScript *script, const char *const *argv);
void tpl_script_add_words (TplScript *script, const char *word, ...) G_GNUC_NULL_TERMINATED;
/** Runs all. Errors: as tpl_appliance_run (), naming the command that failed. */
gboolean tpl_appliance_run_script (TplAppliance *appliance, const TplScript *script,
                                   char **output, GError **error);
