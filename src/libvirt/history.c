/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/history.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "error.h"
#include "libvirt/journal.h"

/* The UUID is libvirt's, and so is safe in a path. */
static char *
path_of (const char *uuid)
{
  g_autofree char *folder = tpl_journal_folder ();
  g_autofree char *name = g_strconcat (uuid, ".swap", NULL);
  return g_build_filename (folder, name, NULL);
}

gboolean
tpl_virt_history_save (const TplVirtSwap *swap, GError **error)
{
  g_autofree char *path = path_of (swap->uuid);
  g_autofree char *text = tpl_virt_swap_to_text (swap);
  GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
  if (g_file_set_contents_full (path, text, -1, flags, 0600, error))
    return TRUE;
  tpl_error_adopt (error, TPL_ERROR_RETRIABLE);
  g_prefix_error (error, "keeping what a rollback needs to know: ");
  return FALSE;
}

TplVirtSwap *
tpl_virt_history_load (const char *uuid, const char *name, GError **error)
{
  g_autofree char *path = path_of (uuid);
  g_autofree char *text = NULL;
  if (g_file_get_contents (path, &text, NULL, NULL))
    return tpl_virt_swap_from_text (text, error);
  tpl_fail (error, TPL_ERROR_REFUSED,
            "no swap of the domain \"%s\" is known here (\"%s\"): none was made by this user, or "
            "it was undone or made final already",
            name, path);
  return NULL;
}

gboolean
tpl_virt_history_remove (const char *uuid, GError **error)
{
  g_autofree char *path = path_of (uuid);
  return g_unlink (path) == 0 || errno == ENOENT
         || tpl_fail (error, TPL_ERROR_RETRIABLE, "removing \"%s\": %s", path, g_strerror (errno));
}
