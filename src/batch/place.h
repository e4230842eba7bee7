/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Where a job's SOURCE or TARGET is, and the room that is there. */
#pragma once

#include "batch/disk.h"
#include "tpl-shrink.h"

typedef struct {
  char *path; /* on this host; NULL: it could not be found out (the run itself will say why) */
  char *key;  /* tpl_batch_disk_key (), or the word itself */
  char *pool; /* of a volume that libvirt will make; else NULL */
} TplBatchPlace;

/** Finds what the word means, through libvirt (`connect`: its URI, NULL for the default) if it is a
 * name of libvirt's. The caller's: tpl_batch_place_free (). */
TplBatchPlace *tpl_batch_place_find (const char *word, const char *connect);
void tpl_batch_place_free (TplBatchPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatchPlace, tpl_batch_place_free)

/** Where a new disk at `place` takes its bytes from, and how many are free there. `store` names it
 * (the caller's). FALSE: nothing is taken (a device that is there), or it can't be told. */
gboolean tpl_batch_place_room (const TplBatchPlace *place, const char *connect, char **store,
                               guint64 *free_bytes);

/** tpl-shrink's name for a file that is not ready yet: ".NAME.tpl-shrink". The caller's. */
char *tpl_batch_place_work_path (const char *path);
