/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/guard.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "error.h"
#include "libvirt/domain-xml.h"
#include "libvirt/xml.h"

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

/* As small as a machine can be: the domain's own type, architecture and emulator, which are
 * there. */
static char *
guard_xml (const char *domain_xml, const char *run_id)
{
  g_autoptr (xmlDoc) from = tpl_xml_parse (domain_xml, NULL);
  xmlNode *old = from ? xmlDocGetRootElement (from) : NULL;
  xmlNode *old_type = tpl_xml_child (tpl_xml_child (old, "os"), "type");
  if (!old_type)
    return NULL;
  g_autoptr (xmlDoc) document = xmlNewDoc (tpl_xml ("1.0"));
  xmlNode *domain = xmlDocCopyNode (old, document, 2); /* its attributes only */
  xmlDocSetRootElement (document, domain);
  g_autofree char *title = g_strconcat (TITLE, run_id, NULL);
  static const char *const kept[] = { "name", "uuid" };
  for (size_t i = 0; i < G_N_ELEMENTS (kept); i++)
    xmlAddChild (domain, xmlDocCopyNode (tpl_xml_child (old, kept[i]), document, 1));
  tpl_xml_add (domain, "title", title);
  tpl_xml_set (tpl_xml_add (domain, "memory", "1024"), "unit", "KiB");
  tpl_xml_add (domain, "vcpu", "1");
  xmlAddChild (tpl_xml_add (domain, "os", NULL), xmlDocCopyNode (old_type, document, 1));
  xmlNode *devices = tpl_xml_add (domain, "devices", NULL);
  xmlNode *emulator = tpl_xml_child (tpl_xml_child (old, "devices"), "emulator");
  if (emulator)
    xmlAddChild (devices, xmlDocCopyNode (emulator, document, 1));
  xmlNode *usb = tpl_xml_add (devices, "controller", NULL);
  tpl_xml_set (usb, "type", "usb");
  tpl_xml_set (usb, "model", "none");
  tpl_xml_set (tpl_xml_add (devices, "memballoon", NULL), "model", "none");
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
