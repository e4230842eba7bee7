/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A session's last steps for --replace and --define. */
#include <libvirt/virterror.h>

#include "error.h"
#include "libvirt/domain-minimal.h"
#include "libvirt/replace.h"
#include "libvirt/session.h"

gboolean
tpl_virt_session_plan_replacement (TplVirtSession *session, GError **error)
{
  TplVirtPlace *old = session->target;
  if (!old->volume)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--replace: TARGET \"%s\" is in no pool of libvirt's; to write to it all the "
                     "same, say --force",
                     old->path);
  if (!old->exists)
    return TRUE;
  if (tpl_virt_same_file (session->source->path, old->path))
    return tpl_fail (error, TPL_ERROR_REFUSED, "TARGET \"%s\" is SOURCE itself: name another",
                     old->path);
  if (!tpl_virt_replace_check (session->virt, old, error))
    return FALSE;
  g_autofree char *word = g_strdup_printf ("vol:%s/%s.tpl-shrink", old->pool, old->volume);
  g_autoptr (TplVirtPlace) new = tpl_virt_place_find (session->virt, word, error);
  if (!new)
    return FALSE;
  if (new->exists)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "--replace: the volume \"%s\" of the pool \"%s\", which is needed meanwhile, "
                     "is there already: if nobody needs it, virsh vol-delete --pool %s %s",
                     new->volume, new->pool, new->pool, new->volume);
  session->replaced = session->target;
  session->target = g_steal_pointer (&new);
  return TRUE;
}

static TplVirtReplacement
replacement_of (const TplVirtSession *session)
{
  return (TplVirtReplacement){ .pool = session->replaced->pool,
                               .name = session->replaced->volume,
                               .old_key = session->replaced->key,
                               .new_name = session->target->volume,
                               .new_key = session->target->key };
}

/* TARGET has the old volume's name now. */
static void
take_name (TplVirtSession *session)
{
  TplVirtPlace *target = session->target;
  g_free (target->volume);
  g_free (target->path);
  target->volume = g_steal_pointer (&session->replaced->volume);
  target->path = g_steal_pointer (&session->replaced->path);
  g_clear_pointer (&session->replaced, tpl_virt_place_free);
}

/* A file of a pool is sparse. A logical pool is free in whole extents, so that rounding up fits. */
static gboolean
has_room (TplVirtSession *session, guint64 size_bytes)
{
  virStoragePoolInfo info = { 0 };
  g_autoptr (virStoragePool) pool
      = virStoragePoolLookupByName (session->virt->connection, session->target->pool);
  return session->target->takes_formats || !pool || virStoragePoolGetInfo (pool, &info) != 0
         || info.available >= size_bytes;
}

gboolean
tpl_virt_session_make_room (TplVirtSession *session, guint64 size_bytes,
                            const TplVirtLog *log, GError **error)
{
  if (!session->replaced || has_room (session, size_bytes))
    return TRUE;
  tpl_virt_say (log,
                "the pool \"%s\" has no room for the old \"%s\" and the new one, so that the old "
                "one goes before the new content is proven",
                session->replaced->pool, session->replaced->volume);
  TplVirtReplacement replacement = replacement_of (session);
  const char *run_id = session->journal ? session->journal->id : NULL;
  if (!tpl_virt_replace_remove_old (session->virt, &replacement, run_id, log, error))
    return FALSE;
  take_name (session);
  return TRUE;
}

gboolean
tpl_virt_session_replace (TplVirtSession *session, const TplVirtLog *log, GError **error)
{
  if (!session->replaced)
    return TRUE;
  TplVirtReplacement replacement = replacement_of (session);
  if (!tpl_journal_add (session->journal, error, "replace", replacement.pool, replacement.name,
                        replacement.old_key, replacement.new_name, replacement.new_key, NULL))
    return FALSE;
  const char *run_id = session->journal->id;
  g_autoptr (GError) why = NULL;
  gboolean done = tpl_virt_replace (session->virt, &replacement, run_id, log, &why);
  if (!done && why->code != TPL_ERROR_REFUSED) {
    g_clear_error (&why);
    done = tpl_virt_session_reconnect (session, TPL_VIRT_PATIENCE_SECONDS, &why)
           && tpl_virt_replace (session->virt, &replacement, run_id, log, &why);
    session->is_unsettled = !done && why->code != TPL_ERROR_REFUSED;
  }
  if (done)
    take_name (session);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return done;
}

gboolean
tpl_virt_session_check_define (TplVirtSession *session, const char *name, GError **error)
{
  virResetLastError ();
  g_autoptr (virDomain) there = virDomainLookupByName (session->virt->connection, name);
  if (there)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "--define: there is a domain \"%s\" already: choose another name, or virsh "
                     "undefine %s",
                     name, name);
  if (virGetLastErrorCode () != VIR_ERR_NO_DOMAIN)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for a domain \"%s\"", name);
  return tpl_virt_session_choose_domain (session, "--define", error);
}

gboolean
tpl_virt_session_define (TplVirtSession *session, const char *name, const char *format,
                         GError **error)
{
  const TplVirtPlace *source = session->source, *target = session->target;
  virConnectPtr connection = session->virt->connection;
  TplDomainSource disk = { .path = target->path, .format = (char *)(guintptr)format };
  g_autoptr (virDomain) model = virDomainLookupByUUIDString (connection, source->domain);
  g_auto (TplVirtText) xml
      = model ? virDomainGetXMLDesc (model, VIR_DOMAIN_XML_INACTIVE) : NULL;
  if (!xml)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain %s", source->domain);
  g_autofree char *minimal = tpl_domain_minimal (xml, name, source->disk, &disk, error);
  if (!minimal)
    return FALSE;
  g_autoptr (virDomain) made
      = virDomainDefineXMLFlags (connection, minimal, VIR_DOMAIN_DEFINE_VALIDATE);
  return made != NULL
         || tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "defining the domain \"%s\"", name);
}
