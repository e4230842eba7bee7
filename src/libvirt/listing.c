/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/listing.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

char **
tpl_virt_stopped_domains (TplVirt *virt, const char *pattern, GError **error)
{
  virDomainPtr *domains = NULL;
  int count =
      virConnectListAllDomains (virt->connection, &domains, VIR_CONNECT_LIST_DOMAINS_INACTIVE);
  if (count < 0) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "asking libvirt for the domains that do not run");
    return NULL;
  }
  GPtrArray *names = g_ptr_array_new ();
  for (int i = 0; i < count; i++) {
    g_autoptr (virDomain) domain = domains[i];
    const char *name = virDomainGetName (domain);
    if (name != NULL && fnmatch (pattern, name, 0) == 0)
      g_ptr_array_add (names, g_strdup (name));
  }
  free (domains);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_free (names, FALSE);
}

gboolean
tpl_virt_pool_available (TplVirt *virt, const char *pool, guint64 *free_bytes)
{
  virStoragePoolInfo info;
  g_autoptr (virStoragePool) found = virStoragePoolLookupByName (virt->connection, pool);
  if (found == NULL || virStoragePoolGetInfo (found, &info) != 0)
    return FALSE;
  *free_bytes = info.available;
  return TRUE;
}
