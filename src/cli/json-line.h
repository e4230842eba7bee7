/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One JSON object on one line (RFC 8259), member by member. */
#pragma once

#include "tpl-shrink.h"

typedef struct {
  GString *text; /* "{" at first */
} CliJsonLine;

void cli_json_open (CliJsonLine *line);
/** `value` NULL gives null; bytes that are no UTF-8 become U+FFFD. */
void cli_json_add_string (CliJsonLine *line, const char *name, const char *value);
void cli_json_add_uint (CliJsonLine *line, const char *name, guint64 value);
void cli_json_add_bool (CliJsonLine *line, const char *name, gboolean value);
/** Three decimals, always with a point. */
void cli_json_add_seconds (CliJsonLine *line, const char *name, double seconds);
void cli_json_add_null (CliJsonLine *line, const char *name);
/** An array of strings (char *). */
void cli_json_add_strings (CliJsonLine *line, const char *name, const GPtrArray *values);
/** `json` is an object or array already. */
void cli_json_add_raw (CliJsonLine *line, const char *name, const char *json);
/** The members that every event of a job has. */
void cli_json_add_event (CliJsonLine *line, const TplEvent *event);
/** Closes the object. "{...}" without a newline; the caller's. */
char *cli_json_close (CliJsonLine *line);
