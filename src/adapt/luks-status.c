/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/luks-status.h"

#include <string.h>

#include "error.h"

/* "offset" is in these, whatever the container's sectors are. */
#define SECTOR_BYTES 512u

/* The value of a line "  name:  value"; NULL: there is none. The caller's. */
static char *
value_of (const char *text, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i]; i++) {
    const char *line = g_strstrip (lines[i]);
    if (g_str_has_prefix (line, name) && line[strlen (name)] == ':')
      return g_strdup (g_strstrip (lines[i] + strlen (name) + 1));
  }
  return NULL;
}

gboolean
tpl_luks_status_read (const char *dump, const char *status, TplLuksStatus *found, GError **error)
{
  g_autofree char *needs = value_of (dump, "Requirements");
  g_autofree char *integrity = value_of (status, "integrity");
  g_autofree char *reencryption = value_of (status, "reencryption");
  g_autofree char *offset = value_of (status, "offset");
  if (needs || reencryption)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "its header asks for what is not supported (\"%s\"): finish the reencryption in "
                     "the guest with cryptsetup reencrypt --resume-only",
                     needs ? needs : reencryption);
  if (integrity)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "it has integrity protection (%s), which is not supported", integrity);
  g_auto (GStrv) words = g_strsplit (offset ? offset : "", " ", 2);
  guint64 sectors = 0;
  if (!words[0] || !g_ascii_string_to_unsigned (words[0], 10, 1, G_MAXUINT64 / SECTOR_BYTES,
                                                &sectors, NULL))
    return tpl_fail (error, TPL_ERROR_FAILED, "cryptsetup says no offset of its content");
  found->header_bytes = sectors * SECTOR_BYTES;
  return TRUE;
}
