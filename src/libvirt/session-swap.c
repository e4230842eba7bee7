/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A session's last step, the swap: in the journal from before it is made. */
#include <string.h>

#include "error.h"
#include "libvirt/history.h"
#include "libvirt/names.h"
#include "libvirt/session.h"

static gboolean
check_persistent (TplVirtSession *session, const char *what, GError **error)
{
  const char *uuid = session->source->domain;
  g_autoptr (virDomain) domain = virDomainLookupByUUIDString (session->virt->connection, uuid);
  if (!domain)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "looking for the domain %s", uuid);
  return virDomainIsPersistent (domain) == 1
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "%s: the domain \"%s\" has no saved definition (virsh define)", what,
                      virDomainGetName (domain));
}

gboolean
tpl_virt_session_choose_domain (TplVirtSession *session, const char *what, GError **error)
{
  TplVirtPlace *source = session->source;
  if (source->domain)
    return check_persistent (session, what, error);
  g_autoptr (GPtrArray) users = tpl_virt_users (session->virt, source->path, error);
  if (!users)
    return FALSE;
  const TplVirtUser *only = users->len == 1 ? users->pdata[0] : NULL;
  if (users->len == 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s: no domain has SOURCE \"%s\" as its disk", what, source->path);
  if (!only)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s: %u domains have SOURCE \"%s\": name one, as dom:NAME", what, users->len,
                     source->path);
  if (!only->disk)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s: the domain \"%s\" has SOURCE \"%s\" below another image, not as its disk",
                     what, only->name, source->path);
  source->domain = g_strdup (only->uuid);
  source->disk = g_strdup (only->disk);
  return check_persistent (session, what, error);
}

/* libvirt failed at it, or went away: what did it do? */
static gboolean
settle (TplVirtSession *session, const TplVirtSwap *swap, GError *failure, GError **error)
{
  g_autoptr (GError) why = failure;
  TplVirtSwapState state;
  if (tpl_virt_session_reconnect (session, TPL_VIRT_PATIENCE_SECONDS, NULL)
      && tpl_virt_swap_state (session->virt, swap, &state, NULL)) {
    if (state == TPL_VIRT_SWAP_AFTER)
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  session->is_unsettled = TRUE;
  return tpl_fail (error, TPL_ERROR_RETRIABLE,
                   "%s; whether the domain \"%s\" has \"%s\" or still \"%s\" is not known",
                   why->message, swap->name, swap->after.path, swap->before.path);
}

gboolean
tpl_virt_session_exchange (TplVirtSession *session, const char *kind, const TplVirtSwap *swap,
                           GError **error)
{
  g_autofree char *text = tpl_virt_swap_to_text (swap);
  g_autoptr (GError) failure = NULL;
  if (!tpl_journal_add (session->journal, error, kind, text, NULL))
    return FALSE;
  if (!tpl_virt_swap_apply (session->virt, swap, &failure)
      && !settle (session, swap, g_steal_pointer (&failure), error))
    return FALSE;
  tpl_journal_step ("swapped");
  /* From here on the swap is made: trouble with our own files is left to recovery. */
  gboolean is_back = strcmp (kind, "unswap") == 0;
  gboolean noted = is_back ? tpl_virt_history_remove (swap->uuid, error)
                           : tpl_virt_history_save (swap, error);
  session->is_unsettled = !noted;
  return noted;
}

gboolean
tpl_virt_session_swap (TplVirtSession *session, const char *format, GError **error)
{
  const TplVirtPlace *source = session->source;
  g_autoptr (TplVirtSwap) swap
      = tpl_virt_swap_new (session->virt, session->uri, source->domain, source->disk, source,
                           session->target, format, error);
  if (!swap || !tpl_virt_session_exchange (session, "swap", swap, error))
    return FALSE;
  session->swap = g_steal_pointer (&swap);
  return TRUE;
}

gboolean
tpl_virt_session_plan_names (TplVirtSession *session, GError **error)
{
  session->parked
      = tpl_virt_names_choose (session->virt, session->source, session->target, error);
  return session->parked != NULL;
}

gboolean
tpl_virt_session_exchange_names (TplVirtSession *session, GError **error)
{
  TplVirtPlace *source = session->source, *target = session->target;
  if (!session->parked)
    return TRUE;
  g_autofree char *text = tpl_virt_swap_to_text (session->swap);
  if (!tpl_journal_add (session->journal, error, "names", text, session->parked, NULL))
    return FALSE;
  if (!tpl_virt_names_exchange (session->virt, session->swap, session->parked, NULL)
      && (!tpl_virt_session_reconnect (session, TPL_VIRT_PATIENCE_SECONDS, error)
          || !tpl_virt_names_exchange (session->virt, session->swap, session->parked, error))) {
    session->is_unsettled = TRUE;
    return FALSE;
  }
  g_free (target->volume);
  g_free (target->path);
  target->volume = g_strdup (source->volume);
  target->path = g_strdup (source->path);
  return TRUE;
}
