/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/rollback.h"

#include <string.h>

#include "error.h"
#include "libvirt/history.h"
#include "libvirt/session.h"
#include "libvirt/volume.h"

/* More than GRUB writes to its environment block, and less than any system does when it starts. */
#define BOOT_WRITES_BYTES (64 * 1024)

static virDomainPtr
find_domain (TplVirtSession *session, const char *word, GError **error)
{
  const char *name = g_str_has_prefix (word, "dom:") ? word + strlen ("dom:") : word;
  virDomainPtr domain = virDomainLookupByName (session->virt->connection, name);
  if (!domain)
    domain = virDomainLookupByUUIDString (session->virt->connection, name);
  if (!domain)
    tpl_virt_fail (error, TPL_ERROR_REFUSED, "looking for the domain \"%s\"", name);
  return domain;
}

/* The domain's last swap, if the domain has the disk that it got by it. */
static TplVirtSwap *
load_swap (TplVirtSession *session, virDomainPtr domain, GError **error)
{
  char uuid[VIR_UUID_STRING_BUFLEN];
  const char *name = virDomainGetName (domain);
  if (virDomainGetUUIDString (domain, uuid) != 0) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"", name);
    return NULL;
  }
  g_autoptr (TplVirtSwap) swap = tpl_virt_history_load (uuid, name, error);
  TplVirtSwapState state;
  if (!swap || !tpl_virt_swap_state (session->virt, swap, &state, error))
    return NULL;
  if (state == TPL_VIRT_SWAP_AFTER)
    return g_steal_pointer (&swap);
  tpl_fail (error, TPL_ERROR_REFUSED,
            "the disk \"%s\" of the domain \"%s\" is not \"%s\", which the last swap gave it: "
            "somebody changed it since (see virsh domblklist %s)",
            swap->disk, name, swap->after.path, name);
  return NULL;
}

/* A volume of the same name may be another by now. */
static gboolean
check_old_disk (TplVirtSession *session, const TplVirtSwap *swap, GError **error)
{
  const TplVirtSwapSide *old = &swap->before;
  g_autofree char *word
      = old->pool ? g_strdup_printf ("vol:%s/%s", old->pool, old->volume) : g_strdup (old->path);
  g_autoptr (TplVirtPlace) place = tpl_virt_place_find (session->virt, word, error);
  if (!place)
    return FALSE;
  if (!place->exists)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the old disk \"%s\" of the domain \"%s\" is not there any more", old->path,
                     swap->name);
  return g_strcmp0 (place->key, old->key) == 0
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "\"%s\" is not the disk that the domain \"%s\" had: it was made anew since",
                      old->path, swap->name);
}

/* The domain itself first: its disk might be missing, and so not be found by it. */
static gboolean
protect (TplVirtSession *session, virDomainPtr domain, const TplVirtSwap *swap, GError **error)
{
  g_autoptr (GPtrArray) itself
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_virt_user_free);
  g_ptr_array_add (itself, tpl_virt_user_new (domain));
  return tpl_virt_users_check (itself, "the disk", swap->after.path, NULL, error)
         && tpl_virt_session_guard (session, itself->pdata[0], error)
         && tpl_virt_session_protect_disk (session, "the new disk", swap->after.path, error)
         && tpl_virt_session_protect_disk (session, "the old disk", swap->before.path, error);
}

static gboolean
roll_back (TplVirtSession *session, const char *name, const TplVirtLog *log, GError **error)
{
  g_autoptr (virDomain) domain = find_domain (session, name, error);
  g_autoptr (TplVirtSwap) swap = domain ? load_swap (session, domain, error) : NULL;
  if (!swap || !check_old_disk (session, swap, error) || !protect (session, domain, swap, error)
      || !tpl_virt_session_check (session, error))
    return FALSE;
  g_autoptr (TplVirtSwap) back = tpl_virt_swap_reverse (swap);
  if (!tpl_virt_session_exchange (session, "unswap", back, error))
    return FALSE;
  tpl_virt_say (log, "the domain \"%s\" has its old disk \"%s\" again; \"%s\" is left as it is",
                swap->name, swap->before.path, swap->after.path);
  return TRUE;
}

gboolean
tpl_virt_rollback (const char *uri, const char *domain, const TplVirtLog *log, GError **error)
{
  g_autoptr (TplVirtSession) session = tpl_virt_session_connect (uri, error);
  if (!session)
    return FALSE;
  gboolean done = roll_back (session, domain, log, error);
  return tpl_virt_session_end (session, done ? error : NULL) && done;
}

static gboolean
runs_from_new_disk (virDomainPtr domain, const TplVirtSwap *swap)
{
  if (virDomainIsActive (domain) != 1)
    return FALSE;
  g_auto (TplVirtText) xml = virDomainGetXMLDesc (domain, 0);
  g_autoptr (GPtrArray) sources = xml ? tpl_domain_sources (xml, NULL) : NULL;
  for (guint i = 0; sources && i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    if (g_strcmp0 (source->target, swap->disk) == 0)
      return tpl_domain_same_source (source, swap->after.source);
  }
  return FALSE;
}

/* A guest that is up has written to its disk; one that found no root filesystem, or never began,
 * has not. */
static gboolean
check_proven (virDomainPtr domain, const TplVirtSwap *swap, GError **error)
{
  virDomainBlockStatsStruct done = { 0 };
  if (!runs_from_new_disk (domain, swap))
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the domain \"%s\" does not run from its new disk, so that nothing proves "
                     "that it boots: start it and say this again, or add --yes",
                     swap->name);
  return (virDomainBlockStats (domain, swap->disk, &done, sizeof done) == 0
          && done.wr_bytes >= BOOT_WRITES_BYTES)
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "the domain \"%s\" has hardly written to its new disk, so that nothing "
                      "proves that it boots: say this again when it is up, or add --yes",
                      swap->name);
}

static gboolean
delete_source (TplVirtSession *session, const char *name, gboolean said_yes, const TplVirtLog *log,
               GError **error)
{
  g_autoptr (virDomain) domain = find_domain (session, name, error);
  g_autoptr (TplVirtSwap) swap = domain ? load_swap (session, domain, error) : NULL;
  if (!swap || !check_old_disk (session, swap, error))
    return FALSE;
  const TplVirtSwapSide *old = &swap->before;
  if (!old->pool)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the old disk \"%s\" is no volume of a pool: remove it yourself", old->path);
  if (!said_yes && !check_proven (domain, swap, error))
    return FALSE;
  if (!tpl_virt_volume_check_alone (session->virt, old->pool, old->volume, error)
      || !tpl_virt_volume_discard (session->virt, old->pool, old->volume, old->key, error)
      || !tpl_virt_history_remove (swap->uuid, error))
    return FALSE;
  tpl_virt_say (log, "the old volume \"%s\" of the pool \"%s\" is deleted", old->volume, old->pool);
  return TRUE;
}

gboolean
tpl_virt_delete_source (const char *uri, const char *domain, gboolean said_yes,
                        const TplVirtLog *log, GError **error)
{
  g_autoptr (TplVirtSession) session = tpl_virt_session_connect (uri, error);
  return session && delete_source (session, domain, said_yes, log, error);
}
