/* SPDX-License-Identifier: GPL-3.0-or-later */
/** LVM2's text format, in which its metadata is kept (lvm2, lib/config): sections of names and
 * values. From a guest: bounded, and fuzzed. */
#pragma once

#include "tpl-shrink.h"

/** A section, or a value: a number, a string or an array of them. */
typedef struct TplLvmNode TplLvmNode;

/** Reads a text of `length` bytes. Errors: TPL_ERROR_REFUSED. */
TplLvmNode *tpl_lvm_text_parse (const char *text, gsize length, GError **error);
void tpl_lvm_node_free (TplLvmNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplLvmNode, tpl_lvm_node_free)

/** The member of that name; NULL if there is none, or no section. The section's. */
const TplLvmNode *tpl_lvm_member (const TplLvmNode *section, const char *name);
/** The next member that is a section itself, in the text's order, and its name; NULL behind the
 * last. `*cursor` is 0 for the first. */
const TplLvmNode *tpl_lvm_next (const TplLvmNode *section, guint *cursor, const char **name);

/** The member's string; NULL if it has none. The section's. */
const char *tpl_lvm_string (const TplLvmNode *section, const char *name);
/** The member's number; FALSE if it has none, or a negative one. */
gboolean tpl_lvm_number (const TplLvmNode *section, const char *name, guint64 *value);
/** Whether the member is an array that has the string. */
gboolean tpl_lvm_has (const TplLvmNode *section, const char *name, const char *string);
/** The i-th value of the member, an array: a string or a number; NULL behind the last. */
const TplLvmNode *tpl_lvm_item (const TplLvmNode *section, const char *name, guint i);
/** A value's own string, or NULL; its own number, or FALSE. */
const char *tpl_lvm_value_string (const TplLvmNode *value);
gboolean tpl_lvm_value_number (const TplLvmNode *value, guint64 *number);
