/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

gboolean
tpl_fail (GError **error, TplError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, TPL_ERROR, (int)code, message);
  return FALSE;
}

void
tpl_error_adopt (GError **error, TplError code)
{
  if (!error || !*error || (*error)->domain == TPL_ERROR)
    return;
  gboolean cancelled = g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  (*error)->domain = TPL_ERROR;
  (*error)->code = (int)(cancelled ? TPL_ERROR_CANCELLED : code);
}
