/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/volume.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "error.h"
#include "libvirt/users.h"
#include "libvirt/xml.h"

/* In a logical pool, an allocation below the capacity would make a snapshot, which is lost when it
 * is full. A file is sparse. (https://libvirt.org/formatstorage.html) */
static char *
volume_xml (const TplVirtPlace *place, guint64 size_bytes, const char *format)
{
  g_autoptr (xmlDoc) document = xmlNewDoc (tpl_xml ("1.0"));
  xmlNode *volume = xmlNewDocNode (document, NULL, tpl_xml ("volume"), NULL);
  xmlDocSetRootElement (document, volume);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, size_bytes);
  tpl_xml_add (volume, "name", place->volume);
  tpl_xml_add (volume, "capacity", size);
  tpl_xml_add (volume, "allocation", place->takes_formats ? "0" : size);
  if (place->takes_formats)
    tpl_xml_set (tpl_xml_add (tpl_xml_add (volume, "target", NULL), "format", NULL), "type",
                 format);
  g_autoptr (xmlBuffer) buffer = xmlBufferCreate ();
  xmlNodeDump (buffer, document, volume, 0, 0);
  return g_strdup ((const char *)xmlBufferContent (buffer));
}

gboolean
tpl_virt_volume_make (TplVirt *virt, TplVirtPlace *place, guint64 size_bytes, const char *format,
                      GError **error)
{
  g_autoptr (virStoragePool) pool = virStoragePoolLookupByName (virt->connection, place->pool);
  g_autofree char *xml = volume_xml (place, size_bytes, format);
  g_autoptr (virStorageVol) volume = pool ? virStorageVolCreateXML (pool, xml, 0) : NULL;
  if (!volume) {
    virErrorPtr last = virGetLastError ();
    gboolean exists = last && last->code == VIR_ERR_STORAGE_VOL_EXIST;
    return tpl_virt_fail (error, exists ? TPL_ERROR_REFUSED : TPL_ERROR_RETRIABLE,
                          "making the volume \"%s\" of %" G_GUINT64_FORMAT
                          " bytes in the pool \"%s\"",
                          place->volume, size_bytes, place->pool);
  }
  g_auto (TplVirtText) path = virStorageVolGetPath (volume);
  g_free (place->key);
  place->key = tpl_virt_volume_key (volume);
  place->exists = TRUE;
  if (path) {
    g_free (place->path);
    place->path = g_strdup (path);
  }
  return TRUE;
}

gboolean
tpl_virt_volume_delete (TplVirt *virt, const char *pool, const char *name, const char *key,
                        GError **error)
{
  g_autoptr (virStoragePool) held = virStoragePoolLookupByName (virt->connection, pool);
  if (!held)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for the pool \"%s\"", pool);
  if (virStoragePoolRefresh (held, 0) != 0)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking at the pool \"%s\" again", pool);
  g_autoptr (virStorageVol) volume = virStorageVolLookupByName (held, name);
  if (!volume && virGetLastErrorCode () != VIR_ERR_NO_STORAGE_VOL)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for the volume \"%s\"", name);
  g_autofree char *its_key = volume ? tpl_virt_volume_key (volume) : NULL;
  if (g_strcmp0 (its_key, key) != 0)
    return TRUE; /* gone, or somebody else's */
  return virStorageVolDelete (volume, 0) == 0
         || tpl_virt_fail (error, TPL_ERROR_RETRIABLE,
                           "deleting the volume \"%s\" of the pool \"%s\"", name, pool);
}

gboolean
tpl_virt_volume_discard (TplVirt *virt, const char *pool, const char *name, const char *key,
                         GError **error)
{
  g_autofree char *path = tpl_virt_volume_path (virt, pool, name);
  g_autoptr (GPtrArray) users = path ? tpl_virt_users (virt, path, error) : g_ptr_array_new ();
  if (!users)
    return FALSE;
  if (users->len == 0)
    return tpl_virt_volume_delete (virt, pool, name, key, error);
  const TplVirtUser *user = users->pdata[0];
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "the volume \"%s\" of the pool \"%s\" is not deleted, for the domain \"%s\" "
                   "has it",
                   name, pool, user->name);
}

/* An overlay's backing file, or an LVM snapshot's origin. */
static char *
backing_path (virStorageVolPtr volume)
{
  g_auto (TplVirtText) xml = virStorageVolGetXMLDesc (volume, 0);
  return tpl_xml_find (xml, "/volume/backingStore/path");
}

/* The name of a volume of the pool that stands on `path`; NULL if there is none. */
static char *
stands_on (virStoragePoolPtr pool, const char *path)
{
  virStorageVolPtr *volumes = NULL;
  virStoragePoolRefresh (pool, 0);
  int count = virStoragePoolListAllVolumes (pool, &volumes, 0);
  char *name = NULL;
  for (int i = 0; i < count; i++) {
    g_autoptr (virStorageVol) volume = volumes[i];
    g_autofree char *below = name ? NULL : backing_path (volume);
    if (below && tpl_virt_same_file (below, path))
      name = g_strdup (virStorageVolGetName (volume));
  }
  free (volumes);
  return name;
}

gboolean
tpl_virt_volume_check_alone (TplVirt *virt, const char *pool, const char *name, GError **error)
{
  g_autofree char *path = tpl_virt_volume_path (virt, pool, name);
  virStoragePoolPtr *pools = NULL;
  int count = path ? virConnectListAllStoragePools (virt->connection, &pools,
                                                    VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
                   : -1;
  g_autofree char *other = NULL;
  for (int i = 0; i < count; i++) {
    g_autoptr (virStoragePool) held = pools[i];
    if (!other)
      other = stands_on (held, path);
  }
  free (pools);
  if (count < 0)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for what stands on \"%s\"", name);
  return !other
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "the volume \"%s\" of the pool \"%s\" is not deleted, for the volume \"%s\" "
                      "is an overlay or a snapshot of it",
                      name, pool, other);
}
