/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the stages do with libvirt (src/libvirt). Without a daemon all of it does nothing. */
#pragma once

#include "stage/run.h"

/** resolve, first: recovers what dead runs left, connects, and finds what SOURCE and TARGET
 * mean. */
gboolean tpl_libvirt_find (TplRun *run, GError **error);
/** How the domain that was named has SOURCE: "raw" or "qcow2"; NULL: no domain says. */
const char *tpl_libvirt_source_format (const TplRun *run);
/** TARGET's path in the end: till then a volume that replaces another has a name of its own. */
const char *tpl_libvirt_target_name (const TplRun *run);
/** resolve: the format of a target volume that is still to be made. */
gboolean tpl_libvirt_choose_format (TplRun *run, GError **error);
/** resolve, then: refuses disks in use by name of their domain, and guards the domains. */
gboolean tpl_libvirt_protect (TplRun *run, GError **error);

/** publish, before: whether nobody could have written SOURCE meanwhile. */
gboolean tpl_libvirt_check (TplRun *run, GError **error);
/** publish, after: a domain gets the new disk if that was asked for, and the volume stays. */
gboolean tpl_libvirt_publish (TplRun *run, GError **error);

/** Not of a run: tpl_job_recover (), tpl_job_rollback () and tpl_job_delete_source (). */
gboolean tpl_libvirt_recover (TplRun *run, GError **error);
gboolean tpl_libvirt_rollback (TplRun *run, GError **error);
gboolean tpl_libvirt_delete_source (TplRun *run, GError **error);

/** Undoes what was not published and ends the guards. */
void tpl_libvirt_end (TplRun *run);
