/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Finds old identities in any text or binary, by their form alone: what a comment, a menu entry's
 * id or a script holds, where no grammar says which word is a device.
 */
#pragma once

#include "refs/ref-map.h"

G_BEGIN_DECLS

typedef struct {
  gsize start; /* offset of the identity's first byte */
  gsize length;
  char *now; /* what it became, in the same spelling; NULL: removed. Free with g_free () */
} TplSweepHit;

/**
 * The first old identity at or after `from`: UUIDs of all kinds (dashed or not, in any case), LVM's
 * UUIDs (dashed or not), /dev/... paths, GRUB's lvm/NAME, device units' names and dracut's
 * \x2fdev\x2f... names. FALSE when there is none. Names that are ordinary words (of VGs, labels)
 * are not looked for: they need a grammar.
 */
gboolean tpl_sweep_next (const TplRefMap *map, const char *text, gsize length, gsize from,
                         TplSweepHit *hit);

/** Appends `text` to `out` with every old identity replaced by its new one. Removed ones stay. */
void tpl_sweep (const TplRefMap *map, const char *text, gsize length, GString *out);

G_END_DECLS
