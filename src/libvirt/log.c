/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/log.h"

void
tpl_virt_say (const TplVirtLog *log, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *line = g_strdup_vprintf (format, args);
  va_end (args);
  log->hear (line, log->user_data);
}
