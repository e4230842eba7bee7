/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/xml.h"

#include <libxml/parser.h>
#include <string.h>

#include "error.h"
#include "libvirt/handles.h"

const xmlChar *
tpl_xml (const char *text)
{
  return (const xmlChar *)text;
}

xmlNode *
tpl_xml_child (const xmlNode *node, const char *name)
{
  for (xmlNode *at = node ? node->children : NULL; at; at = at->next)
    if (at->type == XML_ELEMENT_NODE && xmlStrcmp (at->name, tpl_xml (name)) == 0)
      return at;
  return NULL;
}

char *
tpl_xml_attribute (const xmlNode *node, const char *name)
{
  xmlChar *value = node ? xmlGetNoNsProp (node, tpl_xml (name)) : NULL;
  char *copy = g_strdup ((const char *)value);
  xmlFree (value);
  return copy;
}

xmlDoc *
tpl_xml_parse (const char *xml, GError **error)
{
  int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  xmlDoc *document = xmlReadMemory (xml, (int)strlen (xml), NULL, NULL, options);
  if (!document)
    tpl_fail (error, TPL_ERROR_FAILED, "reading a domain's definition: it is not XML");
  return document;
}

xmlNode *
tpl_xml_add (xmlNode *parent, const char *name, const char *text)
{
  return xmlNewTextChild (parent, NULL, tpl_xml (name), tpl_xml (text));
}

void
tpl_xml_set (xmlNode *node, const char *name, const char *value)
{
  xmlSetProp (node, tpl_xml (name), tpl_xml (value));
}

char *
tpl_xml_find (const char *xml, const char *expression)
{
  g_autoptr (xmlDoc) document = xml ? tpl_xml_parse (xml, NULL) : NULL;
  g_autoptr (xmlXPathContext) context = document ? xmlXPathNewContext (document) : NULL;
  g_autoptr (xmlXPathObject) found
      = context ? xmlXPathEvalExpression (tpl_xml (expression), context) : NULL;
  xmlChar *text = found ? xmlXPathCastToString (found) : NULL;
  char *copy = text && *text ? g_strdup ((const char *)text) : NULL;
  xmlFree (text);
  return copy;
}
