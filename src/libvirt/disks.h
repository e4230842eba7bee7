/* SPDX-License-Identifier: GPL-3.0-or-later */
/** All disks of all domains. */
#pragma once

#include "libvirt/users.h"

/** A hard disk of a domain: of its running definition if it runs, else of the saved one. */
typedef struct {
  char *path;       /* NULL: a volume of a pool that is not active */
  char *target;     /* "vda" */
  char *format;     /* as the domain says; may be NULL */
  TplVirtUser *user; /* the domain */
} TplVirtDisk;

void tpl_virt_disk_free (TplVirtDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirtDisk, tpl_virt_disk_free)

/** Returns an array of TplVirtDisk, by the domains' names, the caller's; no CD-ROMs or floppies,
 * nothing that lies on another host. A domain that vanishes meanwhile is left out. Errors:
 * TPL_ERROR_RETRIABLE. */
GPtrArray *tpl_virt_disks (TplVirt *virt, GError **error);
