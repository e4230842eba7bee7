/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A scratch folder for a test; folder_make () and folder_remove () are a fixture's ends. */
#pragma once

#include <glib.h>

typedef struct {
  char *root;
} Folder;

void folder_make (Folder *folder, gconstpointer data);
void folder_remove (Folder *folder, gconstpointer data);
/** Makes the file and the folders that it is in; its whole path is the caller's. */
char *folder_put (const Folder *folder, const char *path, const char *text, guint mode);
