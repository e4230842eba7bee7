/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who hears what is done to volumes and domains: a line for each thing. */
#pragma once

#include <glib.h>

typedef struct {
  void (*hear) (const char *line, gpointer user_data);
  gpointer user_data;
} TplVirtLog;

void tpl_virt_say (const TplVirtLog *log, const char *format, ...) G_GNUC_PRINTF (2, 3);
