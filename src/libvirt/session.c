/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/session.h"

#include <string.h>
#include <unistd.h>

#include "error.h"
#include "libvirt/guard.h"
#include "libvirt/users.h"
#include "libvirt/volume.h"

/* A domain that is defined while we look is seen in the next round. */
#define MOST_ROUNDS 5

/* Plain files are nobody's business but the daemon's that is here; names and devices are meant for
 * the one that the user named. */
static const char *
choose_uri (const char *said, gboolean needs_it, gboolean *is_wanted, GError **error)
{
  const char *named = tpl_virt_named_uri (said);
  *is_wanted = said || needs_it;
  if (named && tpl_virt_check_uri (named, *is_wanted ? error : NULL))
    return named;
  if (named && *is_wanted)
    return NULL;
  const char *present = tpl_virt_present_uri ();
  if (!present && needs_it)
    tpl_fail (error, TPL_ERROR_RETRIABLE,
              "this needs libvirt, and no daemon of it is here: start it, or say --connect");
  return present;
}

static gboolean
find_places (TplVirtSession *session, const char *source, const char *target, GError **error)
{
  session->source = tpl_virt_place_find (session->virt, source, error);
  if (!session->source) {
    g_prefix_error (error, "SOURCE: ");
    return FALSE;
  }
  if (!session->source->exists && tpl_virt_is_name (source))
    return tpl_fail (error, TPL_ERROR_REFUSED, "SOURCE \"%s\": there is no such volume", source);
  if (!target)
    return TRUE;
  session->target = tpl_virt_place_find (session->virt, target, error);
  if (!session->target)
    g_prefix_error (error, "TARGET: ");
  return session->target != NULL;
}

gboolean
tpl_virt_session_open (const char *uri, const char *source, const char *target,
                       TplVirtSession **session, GError **error)
{
  gboolean is_wanted = FALSE;
  gboolean needs_it = tpl_virt_is_name (source) || (target && tpl_virt_is_name (target));
  g_autoptr (GError) why = NULL;
  const char *chosen = choose_uri (uri, needs_it, &is_wanted, &why);
  g_autoptr (TplVirtSession) made = g_new0 (TplVirtSession, 1);
  made->guarded = g_ptr_array_new_with_free_func (g_free);
  made->virt = chosen ? tpl_virt_open (chosen, &why) : NULL;
  if (!made->virt && !is_wanted)
    return TRUE;
  if (!made->virt) {
    g_propagate_error (error, g_steal_pointer (&why));
    return FALSE;
  }
  made->uri = g_strdup (chosen);
  if (!find_places (made, source, target, error))
    return FALSE;
  *session = g_steal_pointer (&made);
  return TRUE;
}

TplVirtSession *
tpl_virt_session_connect (const char *uri, GError **error)
{
  gboolean is_wanted = FALSE;
  const char *chosen = choose_uri (uri, TRUE, &is_wanted, error);
  g_autoptr (TplVirtSession) session = g_new0 (TplVirtSession, 1);
  session->guarded = g_ptr_array_new_with_free_func (g_free);
  session->uri = g_strdup (chosen);
  session->virt = chosen ? tpl_virt_open (chosen, error) : NULL;
  return session->virt ? g_steal_pointer (&session) : NULL;
}

static gboolean
begin_journal (TplVirtSession *session, GError **error)
{
  if (session->journal)
    return TRUE;
  session->journal = tpl_journal_new (error);
  return session->journal
         && tpl_journal_add (session->journal, error, "run", session->uri, NULL);
}

static gboolean
is_guarded (const TplVirtSession *session, const char *uuid)
{
  return g_ptr_array_find_with_equal_func (session->guarded, uuid, g_str_equal, NULL);
}

gboolean
tpl_virt_session_guard (TplVirtSession *session, const TplVirtUser *user, GError **error)
{
  if (is_guarded (session, user->uuid))
    return TRUE;
  if (!begin_journal (session, error)
      || !tpl_journal_add (session->journal, error, "guard", user->uuid, user->name, NULL))
    return FALSE;
  g_ptr_array_add (session->guarded, g_strdup (user->uuid));
  return tpl_virt_guard_start (session->virt, user->uuid, session->journal->id, error);
}

gboolean
tpl_virt_session_protect_disk (TplVirtSession *session, const char *what, const char *path,
                               GError **error)
{
  for (int round = 0; round < MOST_ROUNDS; round++) {
    g_autoptr (GPtrArray) users = tpl_virt_users (session->virt, path, error);
    const char *run_id = session->journal ? session->journal->id : NULL;
    if (!users || !tpl_virt_users_check (users, what, path, run_id, error))
      return FALSE;
    gboolean is_new = FALSE;
    for (guint i = 0; i < users->len; i++) {
      const TplVirtUser *user = users->pdata[i];
      if (is_guarded (session, user->uuid))
        continue;
      is_new = TRUE;
      if (!tpl_virt_session_guard (session, user, error))
        return FALSE;
    }
    if (!is_new)
      return TRUE;
  }
  return tpl_fail (error, TPL_ERROR_RETRIABLE, "%s \"%s\": new domains with it keep appearing",
                   what, path);
}

gboolean
tpl_virt_session_protect (TplVirtSession *session, GError **error)
{
  const TplVirtPlace *target = session->target;
  return tpl_virt_session_protect_disk (session, "SOURCE", session->source->path, error)
         && (!target || !target->exists
             || tpl_virt_session_protect_disk (session, "TARGET", target->path, error))
         && (!session->replaced
             || tpl_virt_session_protect_disk (session, "TARGET", session->replaced->path, error));
}

gboolean
tpl_virt_session_make (TplVirtSession *session, guint64 size_bytes, const char *format,
                       GError **error)
{
  TplVirtPlace *target = session->target;
  if (!begin_journal (session, error)
      || !tpl_journal_add (session->journal, error, "making", target->pool, target->volume, NULL))
    return FALSE;
  if (!tpl_virt_volume_make (session->virt, target, size_bytes, format, error)) {
    tpl_journal_add (session->journal, NULL, "made-none", target->pool, target->volume, NULL);
    return FALSE;
  }
  session->has_made = TRUE;
  session->made_name = g_strdup (target->volume);
  return tpl_journal_add (session->journal, error, "made", target->pool, target->volume,
                          target->key, NULL);
}

gboolean
tpl_virt_session_check (TplVirtSession *session, GError **error)
{
  for (guint i = 0; i < session->guarded->len; i++)
    if (!tpl_virt_guard_check (session->virt, session->guarded->pdata[i], session->journal->id,
                               error))
      return FALSE;
  /* A domain that was not there before: one that runs is refused even now. */
  return !session->source || tpl_virt_session_protect (session, error);
}

gboolean
tpl_virt_session_keep (TplVirtSession *session, GError **error)
{
  if (!session->has_made)
    return TRUE;
  const TplVirtPlace *target = session->target;
  if (!tpl_journal_add (session->journal, error, "kept", target->pool, session->made_name,
                        target->key, NULL))
    return FALSE;
  session->has_made = FALSE;
  return TRUE;
}

gboolean
tpl_virt_session_reconnect (TplVirtSession *session, guint seconds, GError **error)
{
  if (virConnectIsAlive (session->virt->connection) == 1)
    return TRUE; /* else the daemon was restarted */
  for (guint try = 0;; try++) {
    TplVirt *again = tpl_virt_open (session->uri, try == 2 * seconds ? error : NULL);
    if (again) {
      tpl_virt_free (session->virt);
      session->virt = again;
      return TRUE;
    }
    if (try == 2 * seconds)
      return FALSE;
    g_usleep (G_USEC_PER_SEC / 2);
  }
}

static gboolean
end_guards (TplVirtSession *session, GError **error)
{
  for (guint i = 0; i < session->guarded->len; i++)
    if (!tpl_virt_guard_end (session->virt, session->guarded->pdata[i], session->journal->id,
                             error))
      return FALSE;
  g_ptr_array_set_size (session->guarded, 0);
  return TRUE;
}

gboolean
tpl_virt_session_end (TplVirtSession *session, GError **error)
{
  if (!session->journal)
    return TRUE;
  if (session->is_unsettled)
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "what libvirt did last is not known, so that nothing is undone: once it "
                     "answers, tpl-shrink --recover");
  const TplVirtPlace *target = session->target;
  if (!tpl_virt_session_reconnect (session, 0, error))
    return FALSE;
  g_autoptr (GError) left = NULL;
  if (session->has_made
      && !tpl_virt_volume_discard (session->virt, target->pool, session->made_name, target->key,
                                   &left)
      && left->code != TPL_ERROR_REFUSED) {
    g_propagate_error (error, g_steal_pointer (&left));
    return FALSE;
  }
  session->has_made = FALSE;
  if (!end_guards (session, error) || !tpl_journal_close (session->journal, error))
    return FALSE;
  if (!left)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&left));
  return FALSE;
}

void
tpl_virt_session_free (TplVirtSession *session)
{
  if (!session)
    return;
  tpl_journal_free (session->journal);
  tpl_virt_place_free (session->source);
  tpl_virt_place_free (session->target);
  tpl_virt_place_free (session->replaced);
  tpl_virt_swap_free (session->swap);
  g_free (session->parked);
  g_free (session->made_name);
  tpl_virt_free (session->virt);
  g_ptr_array_unref (session->guarded);
  g_free (session->uri);
  g_free (session);
}
