/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What there is: stopped domains, and the room in a pool. */
#pragma once

#include "libvirt/connect.h"

/** The names of the domains that do not run and whose name matches the shell pattern (*, ?, [...]),
 * sorted. NULL-terminated; free with g_strfreev (). Errors: TPL_ERROR_RETRIABLE. */
char **tpl_virt_stopped_domains (TplVirt *virt, const char *pattern, GError **error);

/** What is free in a pool that is active. FALSE: it can't be told. */
gboolean tpl_virt_pool_available (TplVirt *virt, const char *pool, guint64 *free_bytes);
