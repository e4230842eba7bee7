/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The connection to libvirt on this host. */
#pragma once

#include "libvirt/handles.h"
#include "tpl-shrink.h"

typedef struct {
  virConnectPtr connection;
} TplVirt;

/** Refuses a URI that leads to another host: a path of there is not a path of here. Pure.
 * Errors: TPL_ERROR_USAGE. Form: https://libvirt.org/uri.html */
gboolean tpl_virt_check_uri (const char *uri, GError **error);

/** The URI that the user named (`said`, else LIBVIRT_DEFAULT_URI); NULL if none was. */
const char *tpl_virt_named_uri (const char *said);

/** The URI of the daemon that is there for this user: known by its socket, so that nothing is
 * started by asking. NULL if there is none. */
const char *tpl_virt_present_uri (void);

/** Connects. SIGPIPE must be ignored. Errors: TPL_ERROR_USAGE (not local), TPL_ERROR_RETRIABLE. */
TplVirt *tpl_virt_open (const char *uri, GError **error);
void tpl_virt_free (TplVirt *virt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirt, tpl_virt_free)

/** Like tpl_fail (), with what libvirt last said in this thread at its end. */
gboolean tpl_virt_fail (GError **error, TplError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
