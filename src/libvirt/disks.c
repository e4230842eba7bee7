/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/disks.h"

#include <string.h>

#include "libvirt/domain-xml.h"
#include "libvirt/place.h"

void
tpl_virt_disk_free (TplVirtDisk *disk)
{
  g_free (disk->path);
  g_free (disk->target);
  g_free (disk->format);
  g_clear_pointer (&disk->user, tpl_virt_user_free);
  g_free (disk);
}

static void
add_disk (TplVirt *virt, virDomainPtr domain, const TplDomainSource *source, GPtrArray *disks)
{
  g_autoptr (TplVirtDisk) disk = g_new0 (TplVirtDisk, 1);
  disk->user = tpl_virt_user_new (domain);
  if (!disk->user)
    return; /* it is gone */
  disk->path = source->path ? g_strdup (source->path)
                            : tpl_virt_volume_path (virt, source->pool, source->volume);
  disk->target = g_strdup (source->target);
  disk->format = g_strdup (source->format);
  g_ptr_array_add (disks, g_steal_pointer (&disk));
}

static void
add_disks (TplVirt *virt, virDomainPtr domain, GPtrArray *disks)
{
  const unsigned flags = virDomainIsActive (domain) == 1 ? 0 : VIR_DOMAIN_XML_INACTIVE;
  g_auto (TplVirtText) xml = virDomainGetXMLDesc (domain, flags);
  g_autoptr (GPtrArray) sources = xml ? tpl_domain_sources (xml, NULL) : NULL;
  for (guint i = 0; sources && i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    if (source->target && source->is_disk)
      add_disk (virt, domain, source, disks);
  }
}

/* Libvirt's order is another each time. */
static gint
by_domain (gconstpointer a, gconstpointer b)
{
  const TplVirtDisk *const *left = a, *const *right = b;
  gint order = strcmp ((*left)->user->name, (*right)->user->name);
  return order != 0 ? order : strcmp ((*left)->target, (*right)->target);
}

GPtrArray *
tpl_virt_disks (TplVirt *virt, GError **error)
{
  virDomainPtr *domains = NULL;
  int count = virConnectListAllDomains (virt->connection, &domains, 0);
  if (count < 0) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "listing the domains");
    return NULL;
  }
  GPtrArray *disks = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_virt_disk_free);
  for (int i = 0; i < count; i++) {
    g_autoptr (virDomain) domain = domains[i];
    add_disks (virt, domain, disks);
  }
  free (domains);
  g_ptr_array_sort (disks, by_domain);
  return disks;
}
