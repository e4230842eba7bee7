/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's tree in a temporary directory, and tpl-helper run on it, here instead of in an
 * appliance. */
#pragma once

#include <glib.h>

typedef struct {
  char *base; /* removed with tree_free () */
  char *root; /* base/root */
} Tree;

Tree *tree_new (void);
void tree_free (Tree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)

/** Writes below the root (`path` as "/etc/fstab"), making directories. */
void tree_write (const Tree *tree, const char *path, const char *content);
void tree_write_bytes (const Tree *tree, const char *path, GBytes *content);
/** Makes directories and a symbolic link. */
void tree_link (const Tree *tree, const char *path, const char *target);
/** The content, or NULL; free with g_free (). */
char *tree_read (const Tree *tree, const char *path);
/** The path on this machine; free with g_free (). */
char *tree_path (const Tree *tree, const char *path);

/** Runs `tpl-helper COMMAND ROOT ...`, with the two contents as files; "" for an output file.
 * Returns the exit status; `*output` gets standard output. */
int tree_run (const Tree *tree, const char *command, GBytes *first, GBytes *second, char **output);

/** gather with that list. `*status` may be NULL: then it must be 0. */
GBytes *tree_gather (const Tree *tree, const char *list, int *status);
/** gather that scans, too; `*found` gets what scan prints. */
GBytes *tree_gather_and_scan (const Tree *tree, const char *list, const char *scan_list,
                              const char *needles, char **found);

/** "NAME=content" of every member of a newc archive, "|" between, in order. Free with g_free (). */
char *archive_listing (GBytes *archive);

/** Runs a shell line in `base`; FALSE when it fails. */
gboolean tree_shell (const Tree *tree, const char *line);

/** Skips the running test, said and counted, when a program is missing. Returns TRUE if it did. */
gboolean skip_without (const char *program);

/** The bytes of a string. */
GBytes *bytes_of (const char *text);
