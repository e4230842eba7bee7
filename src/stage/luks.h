/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * LUKS: the source's containers are opened with the keys that the user gave, and the target's get
 * the same header, with the same volume key and key slots, so that whatever opened the source opens
 * the target. cryptsetup(8) of the toolbox reads and writes the headers, in the appliance.
 */
#pragma once

#include "stage/run.h"

/** Opens `carrier`, a volume of type crypto_LUKS on a device that run->source_devices knows, and
 * adds it with what it holds to layout->encrypted. Without a key for it nothing is done: the
 * planner refuses it then. Errors: TPL_ERROR_REFUSED: no key fits, or the container is of a kind
 * that can't be carried. */
gboolean tpl_luks_open (TplRun *run, TplLayout *layout, const TplVolume *carrier, GError **error);

/** Adds the commands that give the planned containers their headers and open them: those on logical
 * volumes, or all others; run->target_devices learns what is in them. */
void tpl_luks_create (TplRun *run, TplScript *script, gboolean on_logical);

/** Closes the target's containers on logical volumes, or all its others, with nothing in them in
 * use; and the source's on logical volumes, whose groups may have to be deactivated. */
gboolean tpl_luks_close (TplRun *run, gboolean on_logical, GError **error);
