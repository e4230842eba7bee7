/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/value.h"

static void *
at (gpointer value, const TplField *field)
{
  return (char *)value + field->offset;
}

static const void *
const_at (gconstpointer value, const TplField *field)
{
  return (const char *)value + field->offset;
}

gpointer
tpl_value_new (const TplType *type)
{
  gpointer value = g_malloc0 (type->size);

  for (const TplField *field = type->fields; field->name != NULL; field++) {
    if (field->kind == TPL_FIELD_LIST)
      *(GPtrArray **)at (value, field) = g_ptr_array_new ();
  }
  return value;
}

static void
copy_list (const TplType *type, const GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, tpl_value_copy (type, g_ptr_array_index (from, i)));
}

static void
copy_field (const TplField *field, const void *from, void *to)
{
  switch (field->kind) {
  case TPL_FIELD_STRING:
    *(char **)to = g_strdup (*(char *const *)from);
    break;
  case TPL_FIELD_UINT:
    *(guint64 *)to = *(const guint64 *)from;
    break;
  case TPL_FIELD_BOOL:
    *(gboolean *)to = *(const gboolean *)from;
    break;
  case TPL_FIELD_VALUE:
    *(gpointer *)to = tpl_value_copy (field->type, *(gpointer const *)from);
    break;
  case TPL_FIELD_LIST:
    copy_list (field->type, *(GPtrArray *const *)from, *(GPtrArray **)to);
    break;
  default:
    g_assert_not_reached ();
  }
}

gpointer
tpl_value_copy (const TplType *type, gconstpointer value)
{
  gpointer copy;

  if (value == NULL)
    return NULL;
  copy = tpl_value_new (type);
  for (const TplField *field = type->fields; field->name != NULL; field++)
    copy_field (field, const_at (value, field), at (copy, field));
  return copy;
}

static gboolean
lists_are_equal (const TplType *type, const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    if (!tpl_value_equal (type, g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
fields_are_equal (const TplField *field, const void *a, const void *b)
{
  switch (field->kind) {
  case TPL_FIELD_STRING:
    return g_strcmp0 (*(char *const *)a, *(char *const *)b) == 0;
  case TPL_FIELD_UINT:
    return *(const guint64 *)a == *(const guint64 *)b;
  case TPL_FIELD_BOOL:
    return !*(const gboolean *)a == !*(const gboolean *)b;
  case TPL_FIELD_VALUE:
    return tpl_value_equal (field->type, *(gpointer const *)a, *(gpointer const *)b);
  case TPL_FIELD_LIST:
    return lists_are_equal (field->type, *(GPtrArray *const *)a, *(GPtrArray *const *)b);
  default:
    g_assert_not_reached ();
  }
}

gboolean
tpl_value_equal (const TplType *type, gconstpointer a, gconstpointer b)
{
  if (a == NULL || b == NULL)
    return a == b;
  for (const TplField *field = type->fields; field->name != NULL; field++) {
    if (!fields_are_equal (field, const_at (a, field), const_at (b, field)))
      return FALSE;
  }
  return TRUE;
}

static void
free_list (const TplType *type, GPtrArray *list)
{
  if (list == NULL)
    return;
  for (guint i = 0; i < list->len; i++)
    tpl_value_free (type, g_ptr_array_index (list, i));
  g_ptr_array_unref (list);
}

void
tpl_value_free (const TplType *type, gpointer value)
{
  if (value == NULL)
    return;
  for (const TplField *field = type->fields; field->name != NULL; field++) {
    if (field->kind == TPL_FIELD_STRING)
      g_free (*(char **)at (value, field));
    else if (field->kind == TPL_FIELD_VALUE)
      tpl_value_free (field->type, *(gpointer *)at (value, field));
    else if (field->kind == TPL_FIELD_LIST)
      free_list (field->type, *(GPtrArray **)at (value, field));
  }
  g_free (value);
}
