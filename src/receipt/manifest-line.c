/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receipt/manifest-line.h"

#include <string.h>

#define LONGEST_VALUE_SHOWN 64

static gboolean
skip (TplManifestSpan *rest, const char *literal)
{
  gsize length = strlen (literal);
  if (rest->length < length || memcmp (rest->text, literal, length) != 0)
    return FALSE;
  rest->text += length;
  rest->length -= length;
  return TRUE;
}

/* Takes what is before the next quote, and the quote. Names are escaped, so that none is within. */
static gboolean
take_string (TplManifestSpan *rest, TplManifestSpan *value)
{
  const char *quote = memchr (rest->text, '"', rest->length);
  if (!quote)
    return FALSE;
  *value = (TplManifestSpan){ rest->text, (gsize)(quote - rest->text) };
  for (gsize i = 0; i < value->length; i++)
    if (value->text[i] < ' ' || value->text[i] > '~')
      return FALSE;
  rest->length -= value->length + 1;
  rest->text = quote + 1;
  return TRUE;
}

static gboolean
take_number (TplManifestSpan *rest, TplManifestSpan *value)
{
  *value = (TplManifestSpan){ rest->text, 0 };
  while (value->length < rest->length && g_ascii_isdigit (rest->text[value->length]))
    value->length++;
  rest->text += value->length;
  rest->length -= value->length;
  return value->length > 0;
}

/* "name":"value" or "name":123 */
static gboolean
take_member (TplManifestSpan *rest, TplManifestSpan *name, TplManifestSpan *value)
{
  if (!skip (rest, "\"") || !take_string (rest, name) || !skip (rest, ":"))
    return FALSE;
  return skip (rest, "\"") ? take_string (rest, value) : take_number (rest, value);
}

static gboolean
is_text (const TplManifestSpan *span, const char *text)
{
  return span->length == strlen (text) && memcmp (span->text, text, span->length) == 0;
}

static gboolean
same (const TplManifestSpan *a, const TplManifestSpan *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

gboolean
tpl_manifest_line_parse (const char *text, gsize length, TplManifestLine *line)
{
  TplManifestSpan rest = { text, length }, name, value;
  gboolean is_inode = length > 2 && text[2] == 'i';
  if (!skip (&rest, "{") || !take_member (&rest, &name, &value)
      || !is_text (&name, is_inode ? "inode" : "path"))
    return FALSE;
  line->key = (TplManifestSpan){ text, (gsize)(rest.text - text) };
  line->name = value;
  if (!skip (&rest, ",") || !take_member (&rest, &name, &value) || !is_text (&name, "side"))
    return FALSE;
  line->is_of_target = !is_text (&value, "source");
  if (line->is_of_target && !is_text (&value, "both") && !is_text (&value, "target"))
    return FALSE;
  line->state = (TplManifestSpan){ rest.text, 0 };
  while (skip (&rest, ",")) {
    const char *begin = rest.text;
    if (!take_member (&rest, &name, &value))
      return FALSE;
    if (line->state.length == 0)
      line->state.text = begin;
    if (is_inode && is_text (&name, "name"))
      line->name = value; /* the last, and not compared */
    else
      line->state.length = (gsize)(rest.text - line->state.text);
  }
  return line->state.length > 0 && skip (&rest, "}") && rest.length == 0;
}

int
tpl_manifest_line_order (const TplManifestLine *a, const TplManifestLine *b)
{
  int order = memcmp (a->key.text, b->key.text, MIN (a->key.length, b->key.length));
  if (order != 0 || a->key.length == b->key.length)
    return order;
  return a->key.length < b->key.length ? -1 : 1;
}

static gboolean
find_member (TplManifestSpan state, const TplManifestSpan *wanted, TplManifestSpan *value)
{
  TplManifestSpan name;
  do
    if (!take_member (&state, &name, value))
      return FALSE;
  while (!same (&name, wanted) && skip (&state, ","));
  return same (&name, wanted);
}

static void
append (GString *text, const TplManifestSpan *name, const TplManifestSpan *before,
        const TplManifestSpan *after)
{
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append_len (text, name->text, (gssize)name->length);
  if (is_text (name, "content") || is_text (name, "xattrs"))
    return; /* digests say nothing to people */
  g_string_append_c (text, ' ');
  for (int i = 0; i < 2; i++) {
    const TplManifestSpan *value = i == 0 ? before : after;
    g_string_append (text, i == 0 ? "" : " -> ");
    if (!value)
      g_string_append (text, "none");
    else
      g_string_append_len (text, value->text, (gssize)MIN (value->length, LONGEST_VALUE_SHOWN));
  }
}

char *
tpl_manifest_line_difference (const TplManifestLine *recorded, const TplManifestLine *found)
{
  if (same (&recorded->state, &found->state))
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  TplManifestSpan rest = recorded->state, name, value, other;
  do {
    take_member (&rest, &name, &value);
    gboolean has = find_member (found->state, &name, &other);
    if (!has || !same (&value, &other))
      append (text, &name, &value, has ? &other : NULL);
  } while (skip (&rest, ","));
  rest = found->state;
  do {
    take_member (&rest, &name, &value);
    if (!find_member (recorded->state, &name, &other))
      append (text, &name, NULL, &value);
  } while (skip (&rest, ","));
  return g_string_free (g_steal_pointer (&text), FALSE);
}
