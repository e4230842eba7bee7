/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/domain-minimal.h"

#include <libxml/parser.h>
#include <string.h>

#include "error.h"
#include "libvirt/handles.h"

static const xmlChar *
x (const char *text)
{
  return (const xmlChar *)text;
}

static xmlNode *
child (const xmlNode *node, const char *name)
{
  for (xmlNode *at = node ? node->children : NULL; at; at = at->next)
    if (at->type == XML_ELEMENT_NODE && xmlStrcmp (at->name, x (name)) == 0)
      return at;
  return NULL;
}

static void
drop (xmlNode *node)
{
  if (!node)
    return;
  xmlUnlinkNode (node);
  xmlFreeNode (node);
}

static xmlNode *
add (xmlNode *parent, const char *name, const char *text)
{
  return xmlNewTextChild (parent, NULL, x (name), text ? x (text) : NULL);
}

/* A copy of the element with its attributes, and of its children only those that are named; with no
 * names, all of them. */
static xmlNode *
copy_into (xmlNode *parent, const xmlNode *node, const char *const *names)
{
  if (!node)
    return NULL;
  xmlNode *copy = xmlDocCopyNode ((xmlNode *)node, parent->doc, names ? 2 : 1);
  for (xmlNode *at = names ? node->children : NULL; at; at = at->next)
    if (at->type == XML_ELEMENT_NODE && g_strv_contains (names, (const char *)at->name))
      xmlAddChild (copy, xmlDocCopyNode (at, parent->doc, 1));
  return xmlAddChild (parent, copy);
}

static gboolean
has_attribute (const xmlNode *node, const char *name, const char *value)
{
  xmlChar *text = node ? xmlGetNoNsProp (node, x (name)) : NULL;
  gboolean equal = text && strcmp ((const char *)text, value) == 0;
  xmlFree (text);
  return equal;
}

/* The firmware, with variables of its own: a blank copy of the same template. */
static void
copy_os (xmlNode *domain, const xmlNode *old)
{
  xmlNode *os = copy_into (domain, old, NULL);
  while (child (os, "boot"))
    drop (child (os, "boot"));
  xmlNode *variables = child (os, "nvram");
  if (variables && xmlHasProp (variables, x ("template")))
    xmlNodeSetContent (variables, NULL);
  else
    drop (variables);
  xmlSetProp (add (os, "boot", NULL), x ("dev"), x ("hd"));
}

static void
copy_interface (xmlNode *devices, const xmlNode *old)
{
  static const char *const kept[] = { "source", "model", "vlan", "virtualport", NULL };
  xmlNode *interface = copy_into (devices, old, kept);
  xmlNode *port = child (interface, "virtualport");
  drop (child (port, "parameters")); /* an identity of the port's */
}

/* What a disk on a SCSI bus hangs on. */
static void
copy_controller (xmlNode *devices, const xmlNode *old)
{
  static const char *const none[] = { NULL };
  if (has_attribute (old, "type", "scsi"))
    copy_into (devices, old, none);
}

static gboolean
copy_disk (xmlNode *devices, const char *element, GError **error)
{
  static const char *const kept[] = { "driver", "source", "target", "serial", NULL };
  g_autoptr (xmlDoc) document = xmlParseDoc (x (element));
  if (!document)
    return tpl_fail (error, TPL_ERROR_FAILED, "reading a domain's disk: it is not XML");
  xmlNode *disk = copy_into (devices, xmlDocGetRootElement (document), kept);
  xmlNode *driver = child (disk, "driver");
  if (driver)
    xmlUnsetProp (driver, x ("iothread"));
  return TRUE;
}

static gboolean
copy_devices (xmlNode *domain, const xmlNode *old, const char *disk, GError **error)
{
  xmlNode *devices = add (domain, "devices", NULL);
  copy_into (devices, child (old, "emulator"), NULL);
  if (!copy_disk (devices, disk, error))
    return FALSE;
  for (const xmlNode *at = old->children; at; at = at->next) {
    if (xmlStrcmp (at->name, x ("controller")) == 0)
      copy_controller (devices, at);
    if (xmlStrcmp (at->name, x ("interface")) == 0)
      copy_interface (devices, at);
  }
  xmlSetProp (add (devices, "serial", NULL), x ("type"), x ("pty"));
  xmlSetProp (add (devices, "console", NULL), x ("type"), x ("pty"));
  if (child (old, "graphics")) {
    xmlNode *graphics = add (devices, "graphics", NULL);
    xmlSetProp (graphics, x ("type"), x ("vnc"));
    xmlSetProp (graphics, x ("autoport"), x ("yes"));
  }
  return TRUE;
}

char *
tpl_domain_minimal (const char *xml, const char *name, const char *target,
                    const TplDomainSource *source, GError **error)
{
  static const char *const kept[] = { "features", "cpu", "clock" };
  static const char *const sizes[] = { "memory", "currentMemory", "vcpu" };
  g_autofree char *disk = tpl_domain_disk_with_source (xml, target, source, error);
  g_autoptr (xmlDoc) from = disk ? xmlParseDoc (x (xml)) : NULL;
  const xmlNode *old = from ? xmlDocGetRootElement (from) : NULL;
  if (!old || !child (old, "os") || !child (old, "devices")) {
    if (disk)
      tpl_fail (error, TPL_ERROR_FAILED, "reading a domain's definition: it is incomplete");
    return NULL;
  }
  g_autoptr (xmlDoc) document = xmlNewDoc (x ("1.0"));
  xmlNode *domain = xmlDocCopyNode ((xmlNode *)old, document, 2);
  xmlDocSetRootElement (document, domain);
  xmlUnsetProp (domain, x ("id"));
  add (domain, "name", name);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    copy_into (domain, child (old, sizes[i]), NULL);
  xmlNode *processors = child (domain, "vcpu");
  if (processors)
    xmlUnsetProp (processors, x ("cpuset"));
  copy_os (domain, child (old, "os"));
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    copy_into (domain, child (old, kept[i]), NULL);
  if (!copy_devices (domain, child (old, "devices"), disk, error))
    return NULL;
  g_autoptr (xmlBuffer) buffer = xmlBufferCreate ();
  xmlNodeDump (buffer, document, domain, 0, 1);
  return g_strdup ((const char *)xmlBufferContent (buffer));
}
