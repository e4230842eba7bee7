/* SPDX-License-Identifier: GPL-3.0-or-later */
/** YAML as JSON. */
#pragma once

#include <json-glib/json-glib.h>

/** Reads one document of lists, mappings and scalars; true and false that are not quoted are truth
 * values, every other scalar is text. The caller's: json_node_unref (). Errors: TPL_ERROR_USAGE
 * (no YAML, or what JSON has not: aliases, tags, merges). */
JsonNode *cli_batch_yaml_parse (const char *text, GError **error);
