/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Programs that a test runs, and disks that vanish with the test, even when it is killed. */
#pragma once

#include <glib.h>

/** Whether all of the programs (ends with NULL) exist; skips the test, saying what lacks, if not.
 */
gboolean command_need (const char *program, ...) G_GNUC_NULL_TERMINATED;
/** Whether the test may attach loop devices; skips it if not. */
gboolean command_need_root (void);

/** Runs a program in the C locale and returns what it printed (standard output, with standard error
 * behind it); fails the test if it fails. The caller's. */
char *command_run (const char *const *argv);
/** The same for words up to NULL. */
char *command_run_words (const char *program, ...) G_GNUC_NULL_TERMINATED;
/** Runs it whether it fails or not; TRUE if it exits with 0. */
gboolean command_try (const char *const *argv, char **output);

/** Makes an empty (sparse) file in a new directory, and returns its path. */
char *command_make_disk (const char *name, guint64 size_bytes);
/** Some bytes of it; fails the test if they are not there. */
GBytes *command_read_disk (const char *path, guint64 offset_bytes, gsize length);
/** Removes such a file and its directory, and frees the path. */
void command_remove_disk (char *path);

/** Attaches a loop device to `path`. It is detached when `*fd` is closed, at the latest when the
 * process ends. */
char *command_attach (const char *path, int *fd);
