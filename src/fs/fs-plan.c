/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/fs-plan.h"

#include "plan/size.h"
#include "tpl-shrink.h"

gboolean
tpl_fs_too_small (const TplVolume *source, const char *kind, guint64 size_bytes, guint64 needed_bytes,
                  GError **error)
{
  g_autofree char *given_text = tpl_size_to_text (size_bytes);
  g_autofree char *needed_text = tpl_size_to_text (needed_bytes);

  g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
               "%s: %s of %s (%" G_GUINT64_FORMAT " bytes) can't hold the source's files and the "
               "headroom, which need %s (%" G_GUINT64_FORMAT " bytes): give it more room, or less "
               "headroom",
               source->id, kind, given_text, size_bytes, needed_text, needed_bytes);
  return FALSE;
}
