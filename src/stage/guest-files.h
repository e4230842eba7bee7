/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The guest's files, by tpl-helper: fetched, changed, searched. */
#pragma once

#include "stage/run.h"

/** Where the target's filesystems are mounted in the appliance while the guest is edited. */
#define TPL_GUEST_FOLDER "/guest"

/**
 * Fetches files below a folder of the appliance, as a newc archive. `list` is what `tpl-helper
 * gather` reads: lines "file GLOB", "initrd GLOB", "member GLOB". The caller's.
 */
GBytes *tpl_guest_gather (TplRun *run, const char *folder, const char *list, GError **error);

/** Fetches what `list` names, and searches, like tpl_guest_scan (), its images and the other files
 * of `scan_list`, as one, so that each image is unpacked once. NULL without `error`: something
 * can't be searched, and `found` says why. */
GBytes *tpl_guest_gather_and_scan (TplRun *run, const char *folder, const char *list,
                                   const char *scan_list, const char *needles, char **found,
                                   GError **error);

/** Does what `archive` says (`tpl-helper apply`) below TPL_GUEST_FOLDER. `lines` (may be NULL) gets
 * a line for each thing that was made, the caller's. */
gboolean tpl_guest_apply (TplRun *run, GBytes *archive, char **lines, GError **error);

/** Says what tpl_guest_scan () searches, until the next gathering: the files of `list` (as
 * `tpl-helper scan` reads it), for `needles` (tpl_refs_needles ()). */
gboolean tpl_guest_scan_for (TplRun *run, const char *list, const char *needles, GError **error);
/** Searches below a folder. `found` gets a line "PATH<tab>NAME" for each that was found, or, with
 * `status` not 0, why a file can't be read; the caller's. */
gboolean tpl_guest_scan (TplRun *run, const char *folder, int *status, char **found,
                         GError **error);
