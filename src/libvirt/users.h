/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which domains use a disk. */
#pragma once

#include "libvirt/connect.h"

/** A domain that has the disk. */
typedef struct {
  char *uuid;
  char *name;
  char *title;  /* of the running domain; NULL if there is none */
  char *disk;   /* "vda": it is this disk's own source, in the domain's saved definition; or NULL */
  char *format; /* with `disk`, as the domain says; may be NULL */
  gboolean is_active;
  gboolean is_persistent;
  gboolean has_managed_save;
  gboolean has_snapshots;
  gboolean has_checkpoints;
} TplVirtUser;

/**
 * Every domain, active or not, that has the device or file anywhere: as a disk's source in its
 * running or its saved definition, as a volume of a pool, as a backing file, or in the metadata of
 * a snapshot. Returns an array of TplVirtUser, the caller's. Errors: TPL_ERROR_RETRIABLE.
 */
GPtrArray *tpl_virt_users (TplVirt *virt, const char *path, GError **error);

/** What is to be known of one domain, whatever disks it has. Free with tpl_virt_user_free (). */
TplVirtUser *tpl_virt_user_new (virDomainPtr domain);
void tpl_virt_user_free (TplVirtUser *user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirtUser, tpl_virt_user_free)

/** Refuses, by name, when a user can't be left alone while we work: it runs (a guard of the run
 * `run_id` does not count), has a saved state, snapshots or checkpoints. `what` is "SOURCE" or
 * "TARGET". Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE (another run's guard). */
gboolean tpl_virt_users_check (const GPtrArray *users, const char *what, const char *path,
                               const char *run_id, GError **error);
