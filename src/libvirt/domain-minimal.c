/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/domain-minimal.h"

#include <string.h>

#include "error.h"
#include "libvirt/handles.h"
#include "libvirt/xml.h"

static void
drop (xmlNode *node)
{
  if (!node)
    return;
  xmlUnlinkNode (node);
  xmlFreeNode (node);
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

/* The firmware, with variables of its own: a blank copy of the same template. */
static void
copy_os (xmlNode *domain, const xmlNode *old)
{
  xmlNode *os = copy_into (domain, old, NULL);
  while (tpl_xml_child (os, "boot"))
    drop (tpl_xml_child (os, "boot"));
  xmlNode *variables = tpl_xml_child (os, "nvram");
  if (variables && xmlHasProp (variables, tpl_xml ("template")))
    xmlNodeSetContent (variables, NULL);
  else
    drop (variables);
  tpl_xml_set (tpl_xml_add (os, "boot", NULL), "dev", "hd");
}

static void
copy_interface (xmlNode *devices, const xmlNode *old)
{
  static const char *const kept[] = { "source", "model", "vlan", "virtualport", NULL };
  xmlNode *interface = copy_into (devices, old, kept);
  xmlNode *port = tpl_xml_child (interface, "virtualport");
  drop (tpl_xml_child (port, "parameters")); /* an identity of the port's */
}

/* What a disk on a SCSI bus hangs on. */
static void
copy_controller (xmlNode *devices, const xmlNode *old)
{
  static const char *const none[] = { NULL };
  g_autofree char *type = tpl_xml_attribute (old, "type");
  if (g_strcmp0 (type, "scsi") == 0)
    copy_into (devices, old, none);
}

static gboolean
copy_disk (xmlNode *devices, const char *element, GError **error)
{
  static const char *const kept[] = { "driver", "source", "target", "serial", NULL };
  g_autoptr (xmlDoc) document = tpl_xml_parse (element, NULL);
  if (!document)
    return tpl_fail (error, TPL_ERROR_FAILED, "reading a domain's disk: it is not XML");
  xmlNode *disk = copy_into (devices, xmlDocGetRootElement (document), kept);
  xmlNode *driver = tpl_xml_child (disk, "driver");
  if (driver)
    xmlUnsetProp (driver, tpl_xml ("iothread"));
  return TRUE;
}

static gboolean
copy_devices (xmlNode *domain, const xmlNode *old, const char *disk, GError **error)
{
  xmlNode *devices = tpl_xml_add (domain, "devices", NULL);
  copy_into (devices, tpl_xml_child (old, "emulator"), NULL);
  if (!copy_disk (devices, disk, error))
    return FALSE;
  for (const xmlNode *at = old->children; at; at = at->next) {
    if (xmlStrcmp (at->name, tpl_xml ("controller")) == 0)
      copy_controller (devices, at);
    if (xmlStrcmp (at->name, tpl_xml ("interface")) == 0)
      copy_interface (devices, at);
  }
  tpl_xml_set (tpl_xml_add (devices, "serial", NULL), "type", "pty");
  tpl_xml_set (tpl_xml_add (devices, "console", NULL), "type", "pty");
  if (tpl_xml_child (old, "graphics")) {
    xmlNode *graphics = tpl_xml_add (devices, "graphics", NULL);
    tpl_xml_set (graphics, "type", "vnc");
    tpl_xml_set (graphics, "autoport", "yes");
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
  g_autoptr (xmlDoc) from = disk ? tpl_xml_parse (xml, NULL) : NULL;
  const xmlNode *old = from ? xmlDocGetRootElement (from) : NULL;
  if (!old || !tpl_xml_child (old, "os") || !tpl_xml_child (old, "devices")) {
    if (disk)
      tpl_fail (error, TPL_ERROR_FAILED, "reading a domain's definition: it is incomplete");
    return NULL;
  }
  g_autoptr (xmlDoc) document = xmlNewDoc (tpl_xml ("1.0"));
  xmlNode *domain = xmlDocCopyNode ((xmlNode *)old, document, 2);
  xmlDocSetRootElement (document, domain);
  xmlUnsetProp (domain, tpl_xml ("id"));
  tpl_xml_add (domain, "name", name);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    copy_into (domain, tpl_xml_child (old, sizes[i]), NULL);
  xmlNode *processors = tpl_xml_child (domain, "vcpu");
  if (processors)
    xmlUnsetProp (processors, tpl_xml ("cpuset"));
  copy_os (domain, tpl_xml_child (old, "os"));
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    copy_into (domain, tpl_xml_child (old, kept[i]), NULL);
  if (!copy_devices (domain, tpl_xml_child (old, "devices"), disk, error))
    return NULL;
  g_autoptr (xmlBuffer) buffer = xmlBufferCreate ();
  xmlNodeDump (buffer, document, domain, 0, 1);
  return g_strdup ((const char *)xmlBufferContent (buffer));
}
