/* SPDX-License-Identifier: GPL-3.0-or-later */
/** New identities from a seed: the same seed and purpose always give the same result. */
#pragma once

#include <glib.h>

/** A random-looking UUID (RFC 4122 version 4's form, lower case). The caller's. */
char *tpl_uuid_new (const char *seed, const char *purpose);
/** LVM's form: 32 of [0-9A-Za-z] as 6-4-4-4-4-4-6. The caller's. */
char *tpl_uuid_new_lvm (const char *seed, const char *purpose);
/** An MBR disk signature: 8 hex digits, never 00000000. The caller's. */
char *tpl_uuid_new_mbr (const char *seed, const char *purpose);
