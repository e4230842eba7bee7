/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/names.h"

#include "error.h"
#include "libvirt/history.h"
#include "libvirt/journal.h"
#include "libvirt/volume.h"

#define MOST_NAMES 100

static TplVirtPlace *
find (TplVirt *virt, const char *pool, const char *volume, GError **error)
{
  g_autofree char *word = g_strdup_printf ("vol:%s/%s", pool, volume);
  return tpl_virt_place_find (virt, word, error);
}

char *
tpl_virt_names_choose (TplVirt *virt, const TplVirtPlace *source, const TplVirtPlace *target,
                       GError **error)
{
  if (!source->pool || g_strcmp0 (source->pool, target->pool) != 0) {
    tpl_fail (error, TPL_ERROR_REFUSED,
              "--rename: SOURCE and TARGET must be volumes of one pool, and are of \"%s\" and "
              "\"%s\"",
              source->pool ? source->pool : "none", target->pool ? target->pool : "none");
    return NULL;
  }
  for (int number = 1; number < MOST_NAMES; number++) {
    g_autofree char *suffix = number == 1 ? g_strdup (".old") : g_strdup_printf (".old%d", number);
    g_autofree char *name = g_strconcat (source->volume, suffix, NULL);
    g_autoptr (TplVirtPlace) place = find (virt, source->pool, name, error);
    if (!place)
      return NULL;
    if (!place->exists)
      return g_steal_pointer (&name);
  }
  tpl_fail (error, TPL_ERROR_REFUSED,
            "--rename: \"%s.old\" and the like are there already: delete what nobody needs",
            source->volume);
  return NULL;
}

/* Gives the volume with that key, if it has the name `from`, the name `to`. */
static gboolean
rename_if (TplVirt *virt, const TplVirtSwapSide *side, const char *to, GError **error)
{
  g_autoptr (TplVirtPlace) place = find (virt, side->pool, side->volume, error);
  if (!place)
    return FALSE;
  if (!place->exists || g_strcmp0 (place->key, side->key) != 0)
    return TRUE;
  return tpl_virt_volume_rename (virt, side->pool, side->volume, to, error);
}

/* The domain's disk as `named` names it, of the format that `content` has. */
static TplDomainSource *
source_named (const TplDomainSource *named, const TplDomainSource *content)
{
  TplDomainSource *source = g_new0 (TplDomainSource, 1);
  source->path = g_strdup (named->path);
  source->pool = g_strdup (named->pool);
  source->volume = g_strdup (named->volume);
  source->format = g_strdup (content->format);
  return source;
}

/* The domain's disk has its new name already: the definition follows. */
static TplVirtSwap *
swap_of_names (const TplVirtSwap *swap)
{
  TplVirtSwap *names = tpl_virt_swap_reverse (swap);
  g_free (names->after.key);
  tpl_domain_source_free (names->after.source);
  names->after.key = g_strdup (swap->after.key);
  names->after.source = source_named (swap->before.source, swap->after.source);
  return names;
}

/* From the old volume under the name that it has now, to the new one under the old one's. */
static gboolean
save_history (TplVirt *virt, const TplVirtSwap *swap, const char *parked, GError **error)
{
  g_autofree char *path = tpl_virt_volume_path (virt, swap->before.pool, parked);
  if (!path)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for the volume \"%s\"", parked);
  gboolean by_name = swap->before.source->volume != NULL;
  const TplDomainSource old = { .path = by_name ? NULL : path,
                                .pool = by_name ? swap->before.pool : NULL,
                                .volume = by_name ? (char *)(guintptr)parked : NULL };
  g_autoptr (TplVirtSwap) whole = g_new0 (TplVirtSwap, 1);
  whole->uri = g_strdup (swap->uri);
  whole->uuid = g_strdup (swap->uuid);
  whole->name = g_strdup (swap->name);
  whole->disk = g_strdup (swap->disk);
  whole->before = (TplVirtSwapSide){ .path = g_strdup (path),
                                     .pool = g_strdup (swap->before.pool),
                                     .volume = g_strdup (parked),
                                     .key = g_strdup (swap->before.key),
                                     .source = source_named (&old, swap->before.source) };
  whole->after = (TplVirtSwapSide){ .path = g_strdup (swap->before.path),
                                    .pool = g_strdup (swap->before.pool),
                                    .volume = g_strdup (swap->before.volume),
                                    .key = g_strdup (swap->after.key),
                                    .source = source_named (swap->before.source,
                                                            swap->after.source) };
  return tpl_virt_history_save (whole, error);
}

gboolean
tpl_virt_names_exchange (TplVirt *virt, const TplVirtSwap *swap, const char *parked, GError **error)
{
  if (!rename_if (virt, &swap->before, parked, error))
    return FALSE;
  tpl_journal_step ("parked");
  if (!rename_if (virt, &swap->after, swap->before.volume, error))
    return FALSE;
  tpl_journal_step ("renamed");
  g_autoptr (TplVirtSwap) names = swap_of_names (swap);
  TplVirtSwapState state;
  if (!tpl_virt_swap_state (virt, names, &state, error))
    return FALSE;
  if (state == TPL_VIRT_SWAP_BEFORE && !tpl_virt_swap_apply (virt, names, error))
    return FALSE;
  return save_history (virt, swap, parked, error);
}
