/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A domain's XML: which disks it names, and a <disk> element with another source. Pure.
 * Format: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
#pragma once

#include "tpl-shrink.h"

/** Something that is named as (a part of) a disk. */
typedef struct {
  char *path;   /* of a block device or file; NULL if it is a volume */
  char *pool;   /* with `volume` */
  char *volume;
  char *format; /* as the driver says; may be NULL */
  char *target; /* "vda"; NULL where it is no disk's own source: backing file, mirror, snapshot */
  guint64 boot_order; /* 0: none said */
  gboolean is_disk;   /* of a disk's own: a hard disk rather than a CD-ROM or floppy */
} TplDomainSource;

void tpl_domain_source_free (TplDomainSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplDomainSource, tpl_domain_source_free)

/** Whether both name one disk in one way. */
gboolean tpl_domain_same_source (const TplDomainSource *a, const TplDomainSource *b);

/** Everything of the disk kind that the XML of a domain or a snapshot names, in its order. Returns
 * an array of TplDomainSource, the caller's. Errors: TPL_ERROR_FAILED (not XML). */
GPtrArray *tpl_domain_sources (const char *xml, GError **error);

/** The <disk> element whose target is `target`, as in the XML. The caller's. Errors:
 * TPL_ERROR_REFUSED (there is none). */
char *tpl_domain_disk (const char *xml, const char *target, GError **error);

/** The same element with `source` instead of its own: type, <source> and the driver's format change
 * and nothing else; a <backingStore> goes. The caller's. */
char *tpl_domain_disk_with_source (const char *xml, const char *target,
                                   const TplDomainSource *source, GError **error);

/** Whether both texts are one domain apart from the named disk's type, source and format. */
gboolean tpl_domain_same_but_source (const char *before, const char *after, const char *target,
                                     GError **error);

/** What is in the <title>, or NULL. The caller's. */
char *tpl_domain_title (const char *xml);
