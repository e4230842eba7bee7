/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Values: plain structs that a table of fields describes, so that copying, comparing, freeing and
 * JSON (src/json) are written once for all of them. A value owns all that it points to.
 */
#pragma once

#include <glib.h>
#include <stddef.h>

typedef struct TplType TplType;

typedef enum {
  TPL_FIELD_STRING, /* char *, may be NULL */
  TPL_FIELD_UINT,   /* guint64 */
  TPL_FIELD_BOOL,   /* gboolean */
  TPL_FIELD_VALUE,  /* pointer to a value of `type`, may be NULL */
  TPL_FIELD_LIST,   /* GPtrArray * of values of `type`, never NULL after tpl_value_new () */
} TplFieldKind;

typedef struct {
  const char *name;
  TplFieldKind kind;
  size_t offset;
  const TplType *type; /* of a VALUE or of a LIST's items */
} TplField;

/** One line of a table of fields: the member `member` of struct `of`. */
#define TPL_STRING(of, member)    { #member, TPL_FIELD_STRING, offsetof (of, member), NULL }
#define TPL_UINT(of, member)      { #member, TPL_FIELD_UINT, offsetof (of, member), NULL }
#define TPL_BOOL(of, member)      { #member, TPL_FIELD_BOOL, offsetof (of, member), NULL }
#define TPL_VALUE(of, member, to) { #member, TPL_FIELD_VALUE, offsetof (of, member), to }
#define TPL_LIST(of, member, to)  { #member, TPL_FIELD_LIST, offsetof (of, member), to }

struct TplType {
  const char *name;
  size_t size;
  const TplField *fields; /* ends with a field without a name */
};

/** A value with every string NULL, every number 0, every list empty. */
gpointer tpl_value_new (const TplType *type);
gpointer tpl_value_copy (const TplType *type, gconstpointer value);
gboolean tpl_value_equal (const TplType *type, gconstpointer a, gconstpointer b);
/** Frees the value and all that it owns; NULL is fine. */
void tpl_value_free (const TplType *type, gpointer value);
