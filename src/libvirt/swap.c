/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/swap.h"

#include <libvirt/virterror.h>
#include <stdint.h>

#include "error.h"
#include "libvirt/domain-xml.h"

/* Without SECURE the password of a display would be lost by whatever is defined from it. */
#define SAVED_DEFINITION (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)

static TplDomainSource *
copy_source (const TplDomainSource *source)
{
  TplDomainSource *copy = g_new0 (TplDomainSource, 1);
  copy->path = g_strdup (source->path);
  copy->pool = g_strdup (source->pool);
  copy->volume = g_strdup (source->volume);
  copy->format = g_strdup (source->format);
  return copy;
}

static void
clear_side (TplVirtSwapSide *side)
{
  g_free (side->path);
  g_free (side->pool);
  g_free (side->volume);
  g_free (side->key);
  tpl_domain_source_free (side->source);
}

void
tpl_virt_swap_free (TplVirtSwap *swap)
{
  if (!swap)
    return;
  clear_side (&swap->before);
  clear_side (&swap->after);
  g_free (swap->uri);
  g_free (swap->uuid);
  g_free (swap->name);
  g_free (swap->disk);
  g_free (swap);
}

static TplVirtSwapSide
copy_side (const TplVirtSwapSide *side)
{
  return (TplVirtSwapSide){ .path = g_strdup (side->path),
                            .pool = g_strdup (side->pool),
                            .volume = g_strdup (side->volume),
                            .key = g_strdup (side->key),
                            .source = copy_source (side->source) };
}

TplVirtSwap *
tpl_virt_swap_reverse (const TplVirtSwap *swap)
{
  TplVirtSwap *reverse = g_new0 (TplVirtSwap, 1);
  reverse->uri = g_strdup (swap->uri);
  reverse->uuid = g_strdup (swap->uuid);
  reverse->name = g_strdup (swap->name);
  reverse->disk = g_strdup (swap->disk);
  reverse->before = copy_side (&swap->after);
  reverse->after = copy_side (&swap->before);
  return reverse;
}

static TplVirtSwapSide
side_of_place (const TplVirtPlace *place)
{
  return (TplVirtSwapSide){ .path = g_strdup (place->path),
                            .pool = g_strdup (place->pool),
                            .volume = g_strdup (place->volume),
                            .key = g_strdup (place->key) };
}

/* The disk's own source in the domain's XML; NULL if there is none. It belongs to `sources`. */
static const TplDomainSource *
source_of_disk (const GPtrArray *sources, const char *disk)
{
  for (guint i = 0; sources && i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    if (g_strcmp0 (source->target, disk) == 0)
      return source;
  }
  return NULL;
}

static gboolean
is_at (TplVirt *virt, const TplDomainSource *source, const char *path)
{
  g_autofree char *its_path = source->path
                                  ? g_strdup (source->path)
                                  : tpl_virt_volume_path (virt, source->pool, source->volume);
  return its_path && tpl_virt_same_file (its_path, path);
}

/* By name where it was by name, by path where it was by path. */
static gboolean
set_sources (TplVirt *virt, TplVirtSwap *swap, const char *xml, const char *format, GError **error)
{
  g_autoptr (GPtrArray) sources = tpl_domain_sources (xml, error);
  const TplDomainSource *old = source_of_disk (sources, swap->disk);
  if (!sources)
    return FALSE;
  if (!old || !is_at (virt, old, swap->before.path))
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "the disk \"%s\" of the domain \"%s\" is not \"%s\" any more: somebody "
                     "changed the domain meanwhile",
                     swap->disk, swap->name, swap->before.path);
  gboolean by_name = old->volume && swap->after.pool;
  TplDomainSource new = { .path = by_name ? NULL : swap->after.path,
                          .pool = by_name ? swap->after.pool : NULL,
                          .volume = by_name ? swap->after.volume : NULL,
                          .format = (char *)(uintptr_t)format };
  swap->before.source = copy_source (old);
  swap->after.source = copy_source (&new);
  return TRUE;
}

TplVirtSwap *
tpl_virt_swap_new (TplVirt *virt, const char *uri, const char *uuid, const char *disk,
                   const TplVirtPlace *source, const TplVirtPlace *target, const char *format,
                   GError **error)
{
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (virt->connection, uuid);
  g_auto (TplVirtText) xml = domain ? virDomainGetXMLDesc (domain, SAVED_DEFINITION) : NULL;
  if (!xml) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain %s", uuid);
    return NULL;
  }
  g_autoptr (TplVirtSwap) swap = g_new0 (TplVirtSwap, 1);
  swap->uri = g_strdup (uri);
  swap->uuid = g_strdup (uuid);
  swap->name = g_strdup (virDomainGetName (domain));
  swap->disk = g_strdup (disk);
  swap->before = side_of_place (source);
  swap->after = side_of_place (target);
  return set_sources (virt, swap, xml, format, error) ? g_steal_pointer (&swap) : NULL;
}

static void
put (GKeyFile *file, const char *group, const char *key, const char *value)
{
  if (value)
    g_key_file_set_string (file, group, key, value);
}

static void
put_side (GKeyFile *file, const char *group, const TplVirtSwapSide *side)
{
  put (file, group, "path", side->path);
  put (file, group, "pool", side->pool);
  put (file, group, "volume", side->volume);
  put (file, group, "key", side->key);
  put (file, group, "xml-path", side->source->path);
  put (file, group, "xml-pool", side->source->pool);
  put (file, group, "xml-volume", side->source->volume);
  put (file, group, "xml-format", side->source->format);
}

char *
tpl_virt_swap_to_text (const TplVirtSwap *swap)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  put (file, "domain", "uri", swap->uri);
  put (file, "domain", "uuid", swap->uuid);
  put (file, "domain", "name", swap->name);
  put (file, "domain", "disk", swap->disk);
  put_side (file, "before", &swap->before);
  put_side (file, "after", &swap->after);
  return g_key_file_to_data (file, NULL, NULL);
}

static char *
get (GKeyFile *file, const char *group, const char *key)
{
  return g_key_file_get_string (file, group, key, NULL);
}

static TplVirtSwapSide
get_side (GKeyFile *file, const char *group)
{
  TplDomainSource *source = g_new0 (TplDomainSource, 1);
  source->path = get (file, group, "xml-path");
  source->pool = get (file, group, "xml-pool");
  source->volume = get (file, group, "xml-volume");
  source->format = get (file, group, "xml-format");
  return (TplVirtSwapSide){ .path = get (file, group, "path"),
                            .pool = get (file, group, "pool"),
                            .volume = get (file, group, "volume"),
                            .key = get (file, group, "key"),
                            .source = source };
}

static gboolean
is_whole (const TplVirtSwapSide *side)
{
  return side->path && (side->source->path || (side->source->pool && side->source->volume));
}

TplVirtSwap *
tpl_virt_swap_from_text (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  if (!g_key_file_load_from_data (file, text, (gsize)-1, G_KEY_FILE_NONE, error)) {
    tpl_error_adopt (error, TPL_ERROR_FAILED);
    return NULL;
  }
  g_autoptr (TplVirtSwap) swap = g_new0 (TplVirtSwap, 1);
  swap->uri = get (file, "domain", "uri");
  swap->uuid = get (file, "domain", "uuid");
  swap->name = get (file, "domain", "name");
  swap->disk = get (file, "domain", "disk");
  swap->before = get_side (file, "before");
  swap->after = get_side (file, "after");
  if (swap->uri && swap->uuid && swap->name && swap->disk && is_whole (&swap->before)
      && is_whole (&swap->after))
    return g_steal_pointer (&swap);
  tpl_fail (error, TPL_ERROR_FAILED, "the record of a swap is incomplete");
  return NULL;
}

gboolean
tpl_virt_swap_state (TplVirt *virt, const TplVirtSwap *swap, TplVirtSwapState *state,
                     GError **error)
{
  virResetLastError ();
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (virt->connection, swap->uuid);
  *state = TPL_VIRT_SWAP_NO_DOMAIN;
  if (!domain && virGetLastErrorCode () == VIR_ERR_NO_DOMAIN)
    return TRUE;
  g_auto (TplVirtText) xml = domain ? virDomainGetXMLDesc (domain, SAVED_DEFINITION) : NULL;
  if (!xml)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"", swap->name);
  g_autoptr (GPtrArray) sources = tpl_domain_sources (xml, error);
  if (!sources)
    return FALSE;
  const TplDomainSource *has = source_of_disk (sources, swap->disk);
  *state = !has                                                 ? TPL_VIRT_SWAP_OTHER
           : tpl_domain_same_source (has, swap->before.source) ? TPL_VIRT_SWAP_BEFORE
           : tpl_domain_same_source (has, swap->after.source)  ? TPL_VIRT_SWAP_AFTER
                                                               : TPL_VIRT_SWAP_OTHER;
  return TRUE;
}

/* The whole element, as it is now, with the other source: what an update leaves out is lost. */
static gboolean
update (virDomainPtr domain, const TplVirtSwap *swap, const char *xml,
        const TplDomainSource *source, GError **error)
{
  g_autofree char *element = tpl_domain_disk_with_source (xml, swap->disk, source, error);
  if (!element)
    return FALSE;
  return virDomainUpdateDeviceFlags (domain, element, VIR_DOMAIN_AFFECT_CONFIG) == 0
         || tpl_virt_fail (error, TPL_ERROR_RETRIABLE,
                           "changing the disk \"%s\" of the domain \"%s\"", swap->disk, swap->name);
}

gboolean
tpl_virt_swap_apply (TplVirt *virt, const TplVirtSwap *swap, GError **error)
{
  TplVirtSwapState state;
  if (!tpl_virt_swap_state (virt, swap, &state, error))
    return FALSE;
  if (state != TPL_VIRT_SWAP_BEFORE)
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "the disk \"%s\" of the domain \"%s\" was changed meanwhile: try again",
                     swap->disk, swap->name);
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (virt->connection, swap->uuid);
  g_auto (TplVirtText) before = domain ? virDomainGetXMLDesc (domain, SAVED_DEFINITION) : NULL;
  if (!before)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"", swap->name);
  if (!update (domain, swap, before, swap->after.source, error))
    return FALSE;
  g_auto (TplVirtText) after = virDomainGetXMLDesc (domain, SAVED_DEFINITION);
  if (!after)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\" again",
                          swap->name);
  g_autoptr (GError) why = NULL;
  if (tpl_domain_same_but_source (before, after, swap->disk, &why))
    return TRUE;
  update (domain, swap, after, swap->before.source, NULL);
  return tpl_fail (error, TPL_ERROR_RETRIABLE,
                   "changing the disk of the domain \"%s\", which was put back: %s", swap->name,
                   why->message);
}
