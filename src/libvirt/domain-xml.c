/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/domain-xml.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <string.h>

#include "error.h"
#include "libvirt/handles.h"
#include "libvirt/xml.h"

/* What may name a disk: see domaincommon.rng, and the snapshot's own list of disks. */
#define ANY_SOURCE \
  "//disk//source | //disk/mirror | //filesystem[@type='file' or @type='block']/source"

static xmlXPathObject *
search (xmlDoc *document, const char *expression)
{
  g_autoptr (xmlXPathContext) context = xmlXPathNewContext (document);
  return context ? xmlXPathEvalExpression (tpl_xml (expression), context) : NULL;
}

void
tpl_domain_source_free (TplDomainSource *source)
{
  if (!source)
    return;
  g_free (source->path);
  g_free (source->pool);
  g_free (source->volume);
  g_free (source->format);
  g_free (source->target);
  g_free (source);
}

gboolean
tpl_domain_same_source (const TplDomainSource *a, const TplDomainSource *b)
{
  return g_strcmp0 (a->path, b->path) == 0 && g_strcmp0 (a->pool, b->pool) == 0
         && g_strcmp0 (a->volume, b->volume) == 0;
}

static void
read_disk (TplDomainSource *source, const xmlNode *disk)
{
  source->target = tpl_xml_attribute (tpl_xml_child (disk, "target"), "dev");
  source->format = tpl_xml_attribute (tpl_xml_child (disk, "driver"), "type");
  g_autofree char *device = tpl_xml_attribute (disk, "device");
  source->is_disk = !device || strcmp (device, "disk") == 0;
  g_autofree char *order = tpl_xml_attribute (tpl_xml_child (disk, "boot"), "order");
  source->boot_order = order ? g_ascii_strtoull (order, NULL, 10) : 0;
}

static TplDomainSource *
read_source (const xmlNode *node)
{
  g_autoptr (TplDomainSource) source = g_new0 (TplDomainSource, 1);
  source->pool = tpl_xml_attribute (node, "pool");
  source->volume = tpl_xml_attribute (node, "volume");
  source->path = tpl_xml_attribute (node, "dev");
  if (!source->path)
    source->path = tpl_xml_attribute (node, "file");
  if (!source->path && !(source->pool && source->volume))
    return NULL; /* over the network, or a folder */
  const xmlNode *parent = node->parent;
  if (xmlStrcmp (parent->name, tpl_xml ("disk")) == 0
      && xmlStrcmp (node->name, tpl_xml ("source")) == 0)
    read_disk (source, parent);
  else
    source->format = tpl_xml_attribute (tpl_xml_child (parent, "format"), "type");
  return g_steal_pointer (&source);
}

GPtrArray *
tpl_domain_sources (const char *xml, GError **error)
{
  g_autoptr (xmlDoc) document = tpl_xml_parse (xml, error);
  if (!document)
    return NULL;
  g_autoptr (xmlXPathObject) found = search (document, ANY_SOURCE);
  g_autoptr (GPtrArray) sources
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_domain_source_free);
  for (int i = 0; found && found->nodesetval && i < found->nodesetval->nodeNr; i++) {
    TplDomainSource *source = read_source (found->nodesetval->nodeTab[i]);
    if (source)
      g_ptr_array_add (sources, source);
  }
  return g_steal_pointer (&sources);
}

static xmlNode *
find_disk (xmlDoc *document, const char *target, GError **error)
{
  g_autoptr (xmlXPathObject) disks = search (document, "/domain/devices/disk");
  for (int i = 0; disks && disks->nodesetval && i < disks->nodesetval->nodeNr; i++) {
    xmlNode *disk = disks->nodesetval->nodeTab[i];
    g_autofree char *name = tpl_xml_attribute (tpl_xml_child (disk, "target"), "dev");
    if (g_strcmp0 (name, target) == 0)
      return disk;
  }
  tpl_fail (error, TPL_ERROR_REFUSED, "the domain has no disk \"%s\"", target);
  return NULL;
}

static char *
element_text (xmlDoc *document, xmlNode *node)
{
  g_autoptr (xmlBuffer) buffer = xmlBufferCreate ();
  return xmlNodeDump (buffer, document, node, 0, 0) >= 0
             ? g_strdup ((const char *)xmlBufferContent (buffer))
             : NULL;
}

char *
tpl_domain_disk (const char *xml, const char *target, GError **error)
{
  g_autoptr (xmlDoc) document = tpl_xml_parse (xml, error);
  xmlNode *disk = document ? find_disk (document, target, error) : NULL;
  return disk ? element_text (document, disk) : NULL;
}

static void
remove_child (xmlNode *node, const char *name)
{
  xmlNode *gone = tpl_xml_child (node, name);
  if (!gone)
    return;
  xmlUnlinkNode (gone);
  xmlFreeNode (gone);
}

/* Other attributes and children of <source> (startupPolicy, seclabel ...) stay. */
static void
set_source (xmlNode *disk, const TplDomainSource *source)
{
  static const char *const names[] = { "file", "dev", "pool", "volume", "index" };
  xmlNode *node = tpl_xml_child (disk, "source");
  if (!node)
    node = xmlNewChild (disk, NULL, tpl_xml ("source"), NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    xmlUnsetProp (node, tpl_xml (names[i]));
  gboolean is_device = source->path && g_str_has_prefix (source->path, "/dev/");
  tpl_xml_set (disk, "type", source->volume ? "volume" : is_device ? "block" : "file");
  if (source->volume) {
    xmlSetProp (node, tpl_xml ("pool"), tpl_xml (source->pool));
    xmlSetProp (node, tpl_xml ("volume"), tpl_xml (source->volume));
  } else {
    xmlSetProp (node, tpl_xml (is_device ? "dev" : "file"), tpl_xml (source->path));
  }
  xmlNode *driver = tpl_xml_child (disk, "driver");
  if (driver && source->format)
    xmlSetProp (driver, tpl_xml ("type"), tpl_xml (source->format));
  remove_child (disk, "backingStore");
}

char *
tpl_domain_disk_with_source (const char *xml, const char *target, const TplDomainSource *source,
                             GError **error)
{
  g_autoptr (xmlDoc) document = tpl_xml_parse (xml, error);
  xmlNode *disk = document ? find_disk (document, target, error) : NULL;
  if (!disk)
    return NULL;
  set_source (disk, source);
  return element_text (document, disk);
}

/* Canonical XML (https://www.w3.org/TR/xml-c14n) of the domain with a disk that has no source. */
static char *
canonical_without_source (const char *xml, const char *target, GError **error)
{
  static const TplDomainSource none = { .path = (char *)"", .format = (char *)"" };
  g_autoptr (xmlDoc) document = tpl_xml_parse (xml, error);
  xmlNode *disk = document ? find_disk (document, target, error) : NULL;
  if (!disk)
    return NULL;
  set_source (disk, &none);
  xmlChar *text = NULL;
  int length = xmlC14NDocDumpMemory (document, NULL, XML_C14N_1_0, NULL, 1, &text);
  char *copy = length >= 0 ? g_strndup ((const char *)text, (gsize)length) : NULL;
  xmlFree (text);
  return copy;
}

gboolean
tpl_domain_same_but_source (const char *before, const char *after, const char *target,
                            GError **error)
{
  g_autofree char *old = canonical_without_source (before, target, error);
  g_autofree char *new = old ? canonical_without_source (after, target, error) : NULL;
  if (!old || !new)
    return FALSE;
  return strcmp (old, new) == 0
         || tpl_fail (error, TPL_ERROR_FAILED,
                      "the domain's definition changed in more than the source of \"%s\"", target);
}

char *
tpl_domain_title (const char *xml)
{
  g_autoptr (xmlDoc) document = tpl_xml_parse (xml, NULL);
  xmlNode *title = document ? tpl_xml_child (xmlDocGetRootElement (document), "title") : NULL;
  xmlChar *text = title ? xmlNodeGetContent (title) : NULL;
  char *copy = g_strdup ((const char *)text);
  xmlFree (text);
  return copy;
}
