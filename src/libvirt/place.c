/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/place.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "libvirt/domain-xml.h"
#include "libvirt/xml.h"

#define VOLUME_PREFIX "vol:"
#define DOMAIN_PREFIX "dom:"

void
tpl_virt_place_free (TplVirtPlace *place)
{
  if (!place)
    return;
  g_free (place->path);
  g_free (place->pool);
  g_free (place->volume);
  g_free (place->key);
  g_free (place->domain);
  g_free (place->disk);
  g_free (place->format);
  g_free (place);
}

gboolean
tpl_virt_is_name (const char *word)
{
  return g_str_has_prefix (word, VOLUME_PREFIX) || g_str_has_prefix (word, DOMAIN_PREFIX);
}

gboolean
tpl_virt_same_file (const char *a, const char *b)
{
  struct stat one, other;
  if (stat (a, &one) != 0 || stat (b, &other) != 0)
    return FALSE;
  if (S_ISBLK (one.st_mode) && S_ISBLK (other.st_mode))
    return one.st_rdev == other.st_rdev;
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

char *
tpl_virt_volume_key (virStorageVolPtr volume)
{
  const char *key = virStorageVolGetKey (volume);
  struct statx status;
  if (!key || !g_path_is_absolute (key)
      || statx (AT_FDCWD, key, 0, STATX_INO | STATX_BTIME, &status) != 0)
    return g_strdup (key);
  return g_strdup_printf ("file %" G_GUINT64_FORMAT " of %" G_GINT64_FORMAT ".%09u",
                          (guint64)status.stx_ino, (gint64)status.stx_btime.tv_sec,
                          status.stx_btime.tv_nsec);
}

char *
tpl_virt_pool_text (virStoragePoolPtr pool, const char *expression)
{
  g_auto (TplVirtText) xml = virStoragePoolGetXMLDesc (pool, 0);
  return tpl_xml_find (xml, expression);
}

/* libvirt sees a volume that others made only after it looked again. */
static virStorageVolPtr
look_up (virStoragePoolPtr pool, const char *name)
{
  virStorageVolPtr volume = virStorageVolLookupByName (pool, name);
  if (!volume && virStoragePoolRefresh (pool, 0) == 0)
    volume = virStorageVolLookupByName (pool, name);
  return volume;
}

static gboolean
set_volume (TplVirtPlace *place, virStoragePoolPtr pool, virStorageVolPtr volume, GError **error)
{
  g_autofree char *type = tpl_virt_pool_text (pool, "/pool/@type");
  static const char *const file_pools[] = { "dir", "fs", "netfs", NULL };
  place->takes_formats = type && g_strv_contains (file_pools, type);
  g_free (place->pool);
  place->pool = g_strdup (virStoragePoolGetName (pool));
  if (!volume)
    return TRUE;
  g_auto (TplVirtText) path = virStorageVolGetPath (volume);
  if (!path)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "asking libvirt for a volume's path");
  place->exists = TRUE;
  place->volume = g_strdup (virStorageVolGetName (volume));
  place->key = tpl_virt_volume_key (volume);
  if (!place->path)
    place->path = g_strdup (path);
  return TRUE;
}

/* Where a volume that does not exist will be. */
static gboolean
set_new_volume (TplVirtPlace *place, virStoragePoolPtr pool, const char *name, GError **error)
{
  static const char *const makes[] = { "logical", "dir", "fs", "netfs", NULL };
  g_autofree char *type = tpl_virt_pool_text (pool, "/pool/@type");
  g_autofree char *folder = tpl_virt_pool_text (pool, "/pool/target/path");
  if (!folder || !type || !g_strv_contains (makes, type))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "there is no volume \"%s\" in the pool \"%s\", and it is of a kind (%s) in "
                     "which none is made: make it yourself",
                     name, virStoragePoolGetName (pool), type ? type : "unknown");
  if (!*name || strchr (name, '/') || name[0] == '-' || name[0] == '.')
    return tpl_fail (error, TPL_ERROR_USAGE, "\"%s\" is no name for a volume", name);
  place->volume = g_strdup (name);
  place->path = g_build_filename (folder, name, NULL);
  return set_volume (place, pool, NULL, error);
}

static gboolean
find_named_volume (TplVirt *virt, TplVirtPlace *place, const char *word, GError **error)
{
  const char *slash = strchr (word, '/');
  if (!slash || slash == word)
    return tpl_fail (error, TPL_ERROR_USAGE, "\"vol:%s\": it must be vol:POOL/VOLUME", word);
  g_autofree char *name = g_strndup (word, (gsize)(slash - word));
  g_autoptr (virStoragePool) pool = virStoragePoolLookupByName (virt->connection, name);
  if (!pool)
    return tpl_virt_fail (error, TPL_ERROR_REFUSED, "looking for the pool \"%s\"", name);
  if (virStoragePoolIsActive (pool) != 1)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the pool \"%s\" is not active: start it (virsh pool-start %s)", name, name);
  g_autoptr (virStorageVol) volume = look_up (pool, slash + 1);
  return volume ? set_volume (place, pool, volume, error)
                : set_new_volume (place, pool, slash + 1, error);
}

static gboolean
is_in_pool (TplVirtPlace *place, virStoragePoolPtr pool, GError **error)
{
  virStorageVolPtr *volumes = NULL;
  int count = virStoragePoolListAllVolumes (pool, &volumes, 0);
  gboolean found = FALSE;
  for (int i = 0; i < count; i++) {
    g_autoptr (virStorageVol) volume = volumes[i];
    g_auto (TplVirtText) path = virStorageVolGetPath (volume);
    if (!found && path && tpl_virt_same_file (path, place->path))
      found = set_volume (place, pool, volume, error);
  }
  free (volumes);
  return found;
}

/* "/dev/os/tpl" or "/dev/mapper/os-tpl" for the pool whose folder is /dev/os. */
static char *
name_in_folder (const char *path, const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  if (strcmp (parent, folder) == 0 || tpl_virt_same_file (parent, folder))
    return g_steal_pointer (&name);
  if (strcmp (parent, "/dev/mapper") != 0)
    return NULL;
  g_autofree char *group = g_path_get_basename (folder);
  g_auto (GStrv) dashes = g_strsplit (group, "-", -1);
  g_autofree char *doubled = g_strjoinv ("--", dashes);
  g_autofree char *prefix = g_strconcat (doubled, "-", NULL);
  if (!g_str_has_prefix (name, prefix))
    return NULL;
  g_auto (GStrv) parts = g_strsplit (name + strlen (prefix), "--", -1);
  for (char **part = parts; *part; part++)
    if (strchr (*part, '-'))
      return NULL; /* of a group whose name is longer */
  return g_strjoinv ("-", parts);
}

static gboolean
would_be_in_pool (TplVirtPlace *place, virStoragePoolPtr pool, GError **error)
{
  g_autofree char *type = tpl_virt_pool_text (pool, "/pool/@type");
  g_autofree char *folder = tpl_virt_pool_text (pool, "/pool/target/path");
  if (g_strcmp0 (type, "logical") != 0 || !folder)
    return FALSE; /* a file is made as any other */
  g_autofree char *name = name_in_folder (place->path, folder);
  if (!name)
    return FALSE;
  g_clear_pointer (&place->path, g_free);
  return set_new_volume (place, pool, name, error);
}

/* Refreshing a pool reads all of it: only one that the path can be of. */
static gboolean
may_hold (virStoragePoolPtr pool, const char *path)
{
  struct stat status;
  g_autofree char *folder = tpl_virt_pool_text (pool, "/pool/target/path");
  g_autofree char *name = folder ? name_in_folder (path, folder) : NULL;
  return name || (stat (path, &status) == 0 && S_ISBLK (status.st_mode));
}

typedef gboolean (*PoolTest) (TplVirtPlace *place, virStoragePoolPtr pool, GError **error);

static gboolean
try_pools (TplVirt *virt, TplVirtPlace *place, gboolean refresh, PoolTest test, GError **error)
{
  virStoragePoolPtr *pools = NULL;
  int count = virConnectListAllStoragePools (virt->connection, &pools,
                                             VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
  for (int i = 0; i < count; i++) {
    g_autoptr (virStoragePool) pool = pools[i];
    if (place->pool || (error && *error))
      continue;
    if (refresh && !may_hold (pool, place->path))
      continue;
    if (refresh)
      virStoragePoolRefresh (pool, 0);
    test (place, pool, error);
  }
  free (pools);
  return !error || !*error;
}

static gboolean
find_path (TplVirt *virt, TplVirtPlace *place, const char *path, GError **error)
{
  g_autoptr (GError) why = NULL;
  struct stat status;
  place->path = g_strdup (path);
  place->exists = stat (path, &status) == 0;
  gboolean done = place->exists ? try_pools (virt, place, FALSE, is_in_pool, &why)
                                      && try_pools (virt, place, TRUE, is_in_pool, &why)
                                : try_pools (virt, place, FALSE, would_be_in_pool, &why);
  if (!done)
    g_propagate_error (error, g_steal_pointer (&why));
  return done;
}

static guint64
boot_rank (const TplDomainSource *source)
{
  return source->boot_order ? source->boot_order : G_MAXUINT64;
}

/* The boot disk: of the lowest boot order, else the first hard disk. */
static const TplDomainSource *
choose_disk (const GPtrArray *sources, const char *target)
{
  const TplDomainSource *chosen = NULL;
  for (guint i = 0; i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    if (!source->target || !(target ? strcmp (source->target, target) == 0 : source->is_disk))
      continue;
    if (!chosen || boot_rank (source) < boot_rank (chosen))
      chosen = source;
  }
  return chosen;
}

static gboolean
find_disk (TplVirt *virt, TplVirtPlace *place, virDomainPtr domain, const char *target,
           GError **error)
{
  char uuid[VIR_UUID_STRING_BUFLEN];
  const char *name = virDomainGetName (domain);
  g_auto (TplVirtText) xml = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  if (!xml || virDomainGetUUIDString (domain, uuid) != 0)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"", name);
  g_autoptr (GPtrArray) sources = tpl_domain_sources (xml, error);
  const TplDomainSource *source = sources ? choose_disk (sources, target) : NULL;
  if (!source)
    return sources
           && tpl_fail (error, TPL_ERROR_REFUSED,
                        "the domain \"%s\" has no disk \"%s\" on this host: see virsh domblklist "
                        "%s",
                        name, target ? target : "to boot from", name);
  g_autofree char *path = source->path
                              ? g_strdup (source->path)
                              : tpl_virt_volume_path (virt, source->pool, source->volume);
  if (!path)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "\"%s\" of the domain \"%s\" is the volume %s/%s, which is not there: is its "
                     "pool started?",
                     source->target, name, source->pool, source->volume);
  if (!find_path (virt, place, path, error))
    return FALSE;
  place->domain = g_strdup (uuid);
  place->disk = g_strdup (source->target);
  place->format = g_strdup (source->format);
  return TRUE;
}

/* A domain's name may have colons in it. */
static gboolean
find_domain (TplVirt *virt, TplVirtPlace *place, const char *word, GError **error)
{
  g_autoptr (virDomain) whole = virDomainLookupByName (virt->connection, word);
  if (whole)
    return find_disk (virt, place, whole, NULL, error);
  const char *colon = strrchr (word, ':');
  g_autofree char *name = colon ? g_strndup (word, (gsize)(colon - word)) : g_strdup (word);
  g_autoptr (virDomain) domain = virDomainLookupByName (virt->connection, name);
  if (!domain)
    return tpl_virt_fail (error, TPL_ERROR_REFUSED, "looking for the domain \"%s\"", name);
  return find_disk (virt, place, domain, colon ? colon + 1 : NULL, error);
}

TplVirtPlace *
tpl_virt_place_find (TplVirt *virt, const char *word, GError **error)
{
  g_autoptr (TplVirtPlace) place = g_new0 (TplVirtPlace, 1);
  gboolean found
      = g_str_has_prefix (word, VOLUME_PREFIX)
            ? find_named_volume (virt, place, word + strlen (VOLUME_PREFIX), error)
        : g_str_has_prefix (word, DOMAIN_PREFIX)
            ? find_domain (virt, place, word + strlen (DOMAIN_PREFIX), error)
            : find_path (virt, place, word, error);
  return found ? g_steal_pointer (&place) : NULL;
}

char *
tpl_virt_volume_path (TplVirt *virt, const char *pool, const char *volume)
{
  g_autoptr (virStoragePool) found = virStoragePoolLookupByName (virt->connection, pool);
  if (!found || virStoragePoolIsActive (found) != 1)
    return NULL;
  g_autoptr (virStorageVol) held = look_up (found, volume);
  g_auto (TplVirtText) path = held ? virStorageVolGetPath (held) : NULL;
  return g_strdup (path);
}
