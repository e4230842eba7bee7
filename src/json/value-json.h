/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Values (plan/value.h) as JSON and back, driven by their tables of fields.
 *
 * A value is an object whose members stand in the order of the table. Every member is written;
 * a string or value that is NULL is null. A list of facts is an object, name to number.
 *   numbers   up to 2^53 as a number, above (which JavaScript rounds) as a string of digits
 *   strings   as a string; one that is not UTF-8 (a label may be) as {"base64": "..."}
 * Reading is strict: a member that is unknown or of the wrong type is an error. A member that is
 * left out is NULL, 0 or empty, so that examples can be short.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "plan/plan.h"

/** Makes a node of a value; NULL gives null. Free with json_node_unref (). */
JsonNode *tpl_value_to_json (const TplType *type, gconstpointer value);

/** Reads a value. The caller's: tpl_value_free (). Errors (TPL_ERROR_FAILED) say where and what. */
gpointer tpl_value_from_json (const TplType *type, JsonNode *node, GError **error);

/** As text: two spaces of indentation, a final newline, the same for the same value. The caller's.
 */
char *tpl_value_to_json_text (const TplType *type, gconstpointer value);

/** Parses text of `length` bytes (-1: up to a zero byte), which may come from anywhere. */
gpointer tpl_value_from_json_text (const TplType *type, const char *text, gssize length,
                                   GError **error);

/** Parses text of `length` bytes (-1: up to a zero byte), which may come from anywhere, to an
 * object
 * (`bracket` '{') or an array ('['): bounded in depth, and nothing else in the text. Free with
 * json_node_unref (). Errors: TPL_ERROR_FAILED. */
JsonNode *tpl_json_parse (const char *text, gssize length, char bracket, GError **error);

/** A member of an object that may come from anywhere: its text, which stays the object's, or NULL
 * if it is no text or not there. */
const char *tpl_json_text (JsonObject *object, const char *name);
/** The same of a whole number that is not negative; else 0. */
guint64 tpl_json_bytes (JsonObject *object, const char *name);
