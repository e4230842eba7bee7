/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where a SOURCE or TARGET is: its path, and the volume or the domain's disk that it is. */
#pragma once

#include "libvirt/connect.h"

typedef struct {
  char *path;   /* on this host */
  char *pool;   /* NULL: in no pool */
  char *volume; /* with `pool` */
  char *key;    /* of a volume that exists: tpl_virt_volume_key () */
  gboolean exists;
  gboolean takes_formats; /* the pool keeps files, so that a volume may be qcow2 */
  char *domain; /* UUID: named as a domain's disk */
  char *disk;   /* with `domain`: "vda" */
  char *format; /* with `domain`: as the domain says; may be NULL */
} TplVirtPlace;

void tpl_virt_place_free (TplVirtPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirtPlace, tpl_virt_place_free)

/** Whether a word is a name of libvirt's, and no path: vol:POOL/VOLUME, dom:NAME[:TARGET]. */
gboolean tpl_virt_is_name (const char *word);

/**
 * Finds what the word means. A path is found in whatever active pool has a volume of the same
 * device number, or of the same device and inode, however it is spelled; one that does not exist
 * belongs to the logical pool whose folder it would be in. A path of no pool is just that.
 * Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE.
 */
TplVirtPlace *tpl_virt_place_find (TplVirt *virt, const char *word, GError **error);

/** What tells a volume from any other that has or had its name, whatever name it has: libvirt's
 * key, and for a file, whose key is its path, inode and time of birth. The caller's. */
char *tpl_virt_volume_key (virStorageVolPtr volume);

/** The path of a volume; NULL (without an error) if there is none or its pool is not active. */
char *tpl_virt_volume_path (TplVirt *virt, const char *pool, const char *volume);

/** The text of the one element that an XPath expression finds in a pool's XML; NULL: none. The
 * caller's. Format: https://libvirt.org/formatstorage.html */
char *tpl_virt_pool_text (virStoragePoolPtr pool, const char *expression);

/** Whether both paths are one device or one file now. */
gboolean tpl_virt_same_file (const char *a, const char *b);
