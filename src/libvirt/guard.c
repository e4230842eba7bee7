/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/guard.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "error.h"
#include "libvirt/domain-xml.h"

#define TITLE "tpl-shrink guards this domain, run "

gboolean
tpl_virt_guard_is_title (const char *title)
{
  return title && g_str_has_prefix (title, TITLE);
}

gboolean
tpl_virt_guard_is_of (const char *title, const char *run_id)
{
  return tpl_virt_guard_is_title (title) && g_strcmp0 (title + strlen (TITLE), run_id) == 0;
}

static xmlNode *
child (xmlNode *node, const char *name)
{
  for (xmlNode *at = node ? node->children : NULL; at; at = at->next)
    if (at->type == XML_ELEMENT_NODE && xmlStrcmp (at->name, (const xmlChar *)name) == 0)
      return at;
  return NULL;
}

static xmlNode *
add (xmlNode *parent, const char *name, const char *text)
{
  return xmlNewTextChild (parent, NULL, (const xmlChar *)name, (const xmlChar *)text);
}

static void
set (xmlNode *node, const char *name, const char *value)
{
  xmlSetProp (node, (const xmlChar *)name, (const xmlChar *)value);
}

/* As small as a machine can be: the domain's own type, architecture and emulator, which are
 * there. */
static char *
guard_xml (const char *domain_xml, const char *run_id)
{
  g_autoptr (xmlDoc) from = xmlParseDoc ((const xmlChar *)domain_xml);
  xmlNode *old = from ? xmlDocGetRootElement (from) : NULL;
  xmlNode *old_type = child (child (old, "os"), "type");
  if (!old_type)
    return NULL;
  g_autoptr (xmlDoc) document = xmlNewDoc ((const xmlChar *)"1.0");
  xmlNode *domain = xmlDocCopyNode (old, document, 2); /* its attributes only */
  xmlDocSetRootElement (document, domain);
  g_autofree char *title = g_strconcat (TITLE, run_id, NULL);
  static const char *const kept[] = { "name", "uuid" };
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    xmlAddChild (domain, xmlDocCopyNode (child (old, kept[i]), document, 1));
  add (domain, "title", title);
  set (add (domain, "memory", "1024"), "unit", "KiB");
  add (domain, "vcpu", "1");
  xmlAddChild (add (domain, "os", NULL), xmlDocCopyNode (old_type, document, 1));
  xmlNode *devices = add (domain, "devices", NULL);
  xmlNode *emulator = child (child (old, "devices"), "emulator");
  if (emulator)
    xmlAddChild (devices, xmlDocCopyNode (emulator, document, 1));
  xmlNode *usb = add (devices, "controller", NULL);
  set (usb, "type", "usb");
  set (usb, "model", "none");
  set (add (devices, "memballoon", NULL), "model", "none");
  g_autoptr (xmlBuffer) buffer = xmlBufferCreate ();
  xmlNodeDump (buffer, document, domain, 0, 0);
  return g_strdup ((const char *)xmlBufferContent (buffer));
}

gboolean
tpl_virt_guard_start (TplVirt *virt, const char *uuid, const char *run_id, GError **error)
{
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (virt->connection, uuid);
  g_auto (TplVirtText) xml
      = domain ? virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE) : NULL;
  if (!xml)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain %s", uuid);
  const char *name = virDomainGetName (domain);
  g_autofree char *small = guard_xml (xml, run_id);
  /* Not with AUTODESTROY: stopping libvirtd 9.0 hung with it. */
  g_autoptr (virDomain) guard
      = small ? virDomainCreateXML (virt->connection, small, VIR_DOMAIN_START_PAUSED) : NULL;
  if (guard)
    return TRUE;
  if (virDomainIsActive (domain) == 1)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the domain \"%s\" was started just now: shut it down first (virsh shutdown "
                     "%s)",
                     name, name);
  return tpl_virt_fail (error, TPL_ERROR_RETRIABLE,
                        "keeping the domain \"%s\" from being started meanwhile", name);
}

/* The domain, if this run's guard runs in its place. NULL with an error of libvirt's: not known. */
static virDomainPtr
find_guard (TplVirt *virt, const char *uuid, const char *run_id)
{
  virResetLastError ();
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (virt->connection, uuid);
  if (!domain || virDomainIsActive (domain) != 1)
    return NULL;
  g_auto (TplVirtText) xml = virDomainGetXMLDesc (domain, 0);
  g_autofree char *title = xml ? tpl_domain_title (xml) : NULL;
  return tpl_virt_guard_is_of (title, run_id) ? g_steal_pointer (&domain) : NULL;
}

gboolean
tpl_virt_guard_check (TplVirt *virt, const char *uuid, const char *run_id, GError **error)
{
  g_autoptr (virDomain) guard = find_guard (virt, uuid, run_id);
  if (!guard)
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "the domain %s was started, or its guard ended, while its disk was read: "
                     "leave it alone and try again",
                     uuid);
  if (virDomainHasManagedSaveImage (guard, 0) == 1)
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "somebody saved the state of the domain \"%s\" while its disk was read: try "
                     "again after virsh managedsave-remove",
                     virDomainGetName (guard));
  return TRUE;
}

gboolean
tpl_virt_guard_end (TplVirt *virt, const char *uuid, const char *run_id, GError **error)
{
  g_autoptr (virDomain) guard = find_guard (virt, uuid, run_id);
  if (guard && virDomainDestroy (guard) == 0)
    return TRUE;
  int code = virGetLastErrorCode ();
  if (code == VIR_ERR_OK || code == VIR_ERR_OPERATION_INVALID || code == VIR_ERR_NO_DOMAIN)
    return TRUE; /* there is none, or somebody else was faster */
  return tpl_virt_fail (error, TPL_ERROR_RETRIABLE,
                        "ending the guard of the domain %s (virsh destroy does it)", uuid);
}
