/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A volume takes the name of an old one, which goes: the routine of templates. */
#pragma once

#include "libvirt/log.h"
#include "libvirt/place.h"

typedef struct {
  char *pool;
  char *name;     /* of the old volume, and of the new one in the end */
  char *old_key;
  char *new_name; /* of the new volume till then */
  char *new_key;
} TplVirtReplacement;

/** What is asked before anything is made: that the old volume can go. Nothing may stand on it, and
 * a domain must have it as a disk of its own. Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_replace_check (TplVirt *virt, const TplVirtPlace *old, GError **error);

/**
 * Takes the old volume from every domain that has it (in its saved definition; a domain that runs,
 * and is no guard of `run_id`, is refused), deletes it and names the new one so. What is done
 * already is passed over, so that it can be called again after a crash. Says each thing before it
 * is done. Errors: TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE.
 */
gboolean tpl_virt_replace (TplVirt *virt, const TplVirtReplacement *replacement,
                           const char *run_id, const TplVirtLog *log, GError **error);
/** The first half of it: the old volume goes. */
gboolean tpl_virt_replace_remove_old (TplVirt *virt, const TplVirtReplacement *replacement,
                                      const char *run_id, const TplVirtLog *log,
                                      GError **error);
