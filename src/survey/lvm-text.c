/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/lvm-text.h"

#include <string.h>

#include "error.h"

/* LVM's own metadata is three sections deep. */
#define DEPTH_MOST 8u
/* Some dozen values a logical volume. */
#define NODES_MOST 200000u

typedef enum { SECTION, ARRAY, STRING, NUMBER, OTHER } Kind;

struct TplLvmNode {
  Kind kind;
  char *name;          /* of a member; else NULL */
  char *string;        /* of a STRING */
  guint64 number;      /* of a NUMBER */
  GPtrArray *children; /* of a SECTION or ARRAY */
};

typedef struct {
  const char *at, *end;
  guint depth, nodes;
} Parser;

void
tpl_lvm_node_free (TplLvmNode *node)
{
  g_free (node->name);
  g_free (node->string);
  if (node->children)
    g_ptr_array_unref (node->children);
  g_free (node);
}

static TplLvmNode *
node_new (Kind kind)
{
  TplLvmNode *node = g_new0 (TplLvmNode, 1);
  node->kind = kind;
  if (kind == SECTION || kind == ARRAY)
    node->children = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_lvm_node_free);
  return node;
}

static gboolean
damaged (const char *what, GError **error)
{
  return tpl_fail (error, TPL_ERROR_REFUSED, "LVM's metadata is damaged: %s", what);
}

static void
skip_space (Parser *parser)
{
  for (; parser->at < parser->end; parser->at++) {
    if (*parser->at == '#')
      while (parser->at + 1 < parser->end && parser->at[1] != '\n')
        parser->at++;
    else if (!g_ascii_isspace (*parser->at))
      return;
  }
}

/* Takes the character if it comes next. */
static gboolean
take (Parser *parser, char c)
{
  skip_space (parser);
  if (parser->at == parser->end || *parser->at != c)
    return FALSE;
  parser->at++;
  return TRUE;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_.+-/", c));
}

static char *
take_word (Parser *parser)
{
  skip_space (parser);
  const char *start = parser->at;
  while (parser->at < parser->end && is_word (*parser->at))
    parser->at++;
  return parser->at > start ? g_strndup (start, (gsize)(parser->at - start)) : NULL;
}

/* After the quotation mark. */
static TplLvmNode *
take_string (Parser *parser, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (; parser->at < parser->end && *parser->at != '"'; parser->at++) {
    if (*parser->at == '\\' && parser->at + 1 < parser->end)
      parser->at++;
    g_string_append_c (text, *parser->at);
  }
  if (!take (parser, '"')) {
    damaged ("a string has no end", error);
    return NULL;
  }
  TplLvmNode *node = node_new (STRING);
  node->string = g_strdup (text->str);
  return node;
}

/* A number, or a word that LVM writes where it has no number for us: a float, a negative one. */
static TplLvmNode *
take_number (Parser *parser, GError **error)
{
  g_autofree char *word = take_word (parser);
  if (!word) {
    damaged ("a value is missing", error);
    return NULL;
  }
  guint64 number = 0;
  gboolean is_number = g_ascii_string_to_unsigned (word, 10, 0, G_MAXINT64, &number, NULL);
  TplLvmNode *node = node_new (is_number ? NUMBER : OTHER);
  node->number = number;
  return node;
}

static TplLvmNode *take_value (Parser *parser, GError **error);

/* After the opening bracket. */
static TplLvmNode *
take_array (Parser *parser, GError **error)
{
  g_autoptr (TplLvmNode) array = node_new (ARRAY);
  while (!take (parser, ']')) {
    TplLvmNode *value = take_value (parser, error);
    if (!value)
      return NULL;
    g_ptr_array_add (array->children, value);
    if (take (parser, ','))
      continue;
    if (take (parser, ']'))
      break;
    damaged ("an array has no end", error);
    return NULL;
  }
  return g_steal_pointer (&array);
}

static TplLvmNode *
take_value (Parser *parser, GError **error)
{
  if (++parser->nodes > NODES_MOST || parser->depth >= DEPTH_MOST) {
    damaged ("it has too many parts", error);
    return NULL;
  }
  if (take (parser, '"'))
    return take_string (parser, error);
  if (!take (parser, '['))
    return take_number (parser, error);
  parser->depth++;
  TplLvmNode *array = take_array (parser, error);
  parser->depth--;
  return array;
}

/* The members up to the closing brace, or of the whole text. */
static TplLvmNode *
take_section (Parser *parser, gboolean is_whole, GError **error)
{
  g_autoptr (TplLvmNode) section = node_new (SECTION);
  if (++parser->nodes > NODES_MOST || ++parser->depth > DEPTH_MOST) {
    damaged ("it has too many parts", error);
    return NULL;
  }
  for (;;) {
    skip_space (parser);
    if (is_whole ? parser->at == parser->end : take (parser, '}'))
      break;
    g_autofree char *name = take_word (parser);
    if (!name) {
      damaged ("a name is missing", error);
      return NULL;
    }
    TplLvmNode *member = take (parser, '{')   ? take_section (parser, FALSE, error)
                         : take (parser, '=') ? take_value (parser, error)
                                              : NULL;
    if (!member) {
      if (!error || !*error)
        damaged ("a name has no value", error);
      return NULL;
    }
    member->name = g_steal_pointer (&name);
    g_ptr_array_add (section->children, member);
  }
  parser->depth--;
  return g_steal_pointer (&section);
}

TplLvmNode *
tpl_lvm_text_parse (const char *text, gsize length, GError **error)
{
  Parser parser = { .at = text, .end = text + strnlen (text, length) };
  g_autoptr (GError) why = NULL;
  TplLvmNode *node = take_section (&parser, TRUE, &why);
  if (why)
    g_propagate_error (error, g_steal_pointer (&why));
  return node;
}

const TplLvmNode *
tpl_lvm_member (const TplLvmNode *section, const char *name)
{
  for (guint i = 0; section && section->kind == SECTION && i < section->children->len; i++) {
    const TplLvmNode *member = section->children->pdata[i];
    if (strcmp (member->name, name) == 0)
      return member;
  }
  return NULL;
}

const TplLvmNode *
tpl_lvm_next (const TplLvmNode *section, guint *cursor, const char **name)
{
  while (section && section->kind == SECTION && *cursor < section->children->len) {
    const TplLvmNode *member = section->children->pdata[(*cursor)++];
    if (member->kind != SECTION)
      continue;
    *name = member->name;
    return member;
  }
  return NULL;
}

const char *
tpl_lvm_value_string (const TplLvmNode *value)
{
  return value && value->kind == STRING ? value->string : NULL;
}

gboolean
tpl_lvm_value_number (const TplLvmNode *value, guint64 *number)
{
  if (!value || value->kind != NUMBER)
    return FALSE;
  *number = value->number;
  return TRUE;
}

const char *
tpl_lvm_string (const TplLvmNode *section, const char *name)
{
  return tpl_lvm_value_string (tpl_lvm_member (section, name));
}

gboolean
tpl_lvm_number (const TplLvmNode *section, const char *name, guint64 *value)
{
  return tpl_lvm_value_number (tpl_lvm_member (section, name), value);
}

const TplLvmNode *
tpl_lvm_item (const TplLvmNode *section, const char *name, guint i)
{
  const TplLvmNode *array = tpl_lvm_member (section, name);
  return array && array->kind == ARRAY && i < array->children->len ? array->children->pdata[i]
                                                                   : NULL;
}

gboolean
tpl_lvm_has (const TplLvmNode *section, const char *name, const char *string)
{
  const TplLvmNode *item;
  for (guint i = 0; (item = tpl_lvm_item (section, name, i)); i++)
    if (g_strcmp0 (tpl_lvm_value_string (item), string) == 0)
      return TRUE;
  return FALSE;
}
