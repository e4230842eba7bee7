/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What libparted 3.5 neither tells nor sets of a GPT: types and identities by GUID, attributes,
 * names (UEFI specification 2.10, section 5.3). libparted has checked the table, or made it. */
#pragma once

#include "adapt/mirror.h"
#include "plan/layout.h"

/** The size of the sectors that a disk with a GPT has, by where the header is in its first bytes;
 * 0: there is none. */
guint64 tpl_gpt_sector_size (GBytes *head);

/** Whether libparted, which believes the sizes in both headers, can be given the table. Errors:
 * TPL_ERROR_REFUSED. */
gboolean tpl_gpt_check (const TplMirror *mirror, guint64 sector_bytes, GError **error);

/** Adds table_uuid, and type, uuid, name and attributes of each partition by its number. Errors:
 * TPL_ERROR_REFUSED for a table that can't be made again. */
gboolean tpl_gpt_read (const TplMirror *mirror, guint64 sector_bytes, TplLayout *layout,
                       GError **error);

/** Puts them into both copies of the table that is in the mirror. */
gboolean tpl_gpt_finish (TplMirror *mirror, guint64 sector_bytes, const TplLayout *layout,
                         GError **error);
