/* SPDX-License-Identifier: GPL-3.0-or-later */
/** libxml2 with GLib's strings. */
#pragma once

#include <gio/gio.h>
#include <libxml/tree.h>

/** The text as libxml2 takes it. */
const xmlChar *tpl_xml (const char *text);
/** The node's first child element of this name; NULL if there is none, or no node. */
xmlNode *tpl_xml_child (const xmlNode *node, const char *name);
/** An attribute's value, the caller's; NULL if there is none, or no node. */
char *tpl_xml_attribute (const xmlNode *node, const char *name);
/** A new last child, with text if it is not NULL. It belongs to the document. */
xmlNode *tpl_xml_add (xmlNode *parent, const char *name, const char *text);
/** Gives it the attribute. */
void tpl_xml_set (xmlNode *node, const char *name, const char *value);
/** What an XPath expression says of a text of XML, the caller's; NULL if that is nothing, or there
 * is no text. */
char *tpl_xml_find (const char *xml, const char *expression);
/** Reads a definition of libvirt's. Nothing is fetched, no entity is expanded. The document is the
 * caller's. Errors: TPL_ERROR_FAILED. */
xmlDoc *tpl_xml_parse (const char *xml, GError **error);
