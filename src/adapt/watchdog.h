/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Tells an appliance that works from one that hangs, and ends the latter. A sign of life is
 * processor time that it takes, bytes that it reads or writes on the host, or a call of
 * tpl_watchdog_alive (); work may take as long as it wants, silence not. Processor time alone is a
 * sign of life for ten times the limit: a guest's kernel that runs in a circle takes all that there
 * is.
 *
 * What is watched are the children of the thread that makes the watchdog: while it waits for
 * libguestfs, these are libguestfs's own.
 */
#pragma once

#include <glib.h>

typedef struct TplWatchdog TplWatchdog;

/** Begins to watch. With `limit_seconds` 0 it never ends anything by itself. */
TplWatchdog *tpl_watchdog_new (double limit_seconds);
/** Stops watching. NULL is fine. */
void tpl_watchdog_free (TplWatchdog *watchdog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplWatchdog, tpl_watchdog_free)

/** A sign of life. From any thread. */
void tpl_watchdog_alive (TplWatchdog *watchdog);
/** Kills the children, now. From any thread. */
void tpl_watchdog_end_children (TplWatchdog *watchdog);
/** Whether it has ended the children because they were silent for too long. */
gboolean tpl_watchdog_has_bitten (TplWatchdog *watchdog);
