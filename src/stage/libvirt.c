/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/libvirt.h"

#include <string.h>

#include "error.h"
#include "libvirt/recover.h"
#include "libvirt/rollback.h"

static void
on_recovery (const char *line, gpointer user_data)
{
  tpl_run_note (user_data, TPL_EVENT_NOTE, "after a run that was killed: %s", line);
}

static gboolean
check_existing_target (const TplRun *run, GError **error)
{
  const TplVirtPlace *target = run->libvirt->target;
  if (!target || !target->exists || !target->volume || run->request->force)
    return TRUE;
  return tpl_fail (error, TPL_ERROR_REFUSED,
                   "TARGET \"%s\" exists (volume \"%s\" of the pool \"%s\"): choose another name, "
                   "or say --replace to make it anew, or --force to fill it as it is",
                   run->request->target, target->volume, target->pool);
}

/* What can't be done without libvirt. */
static gboolean
check_wanted (const TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  const char *option = request->swap_into_domain ? "--swap-into-domain"
                       : request->replace        ? "--replace"
                       : request->define         ? "--define"
                                                 : NULL;
  return run->libvirt || !option
         || tpl_fail (error, TPL_ERROR_REFUSED,
                      "%s needs libvirt, and no daemon of it is here: start it, or say --connect",
                      option);
}

gboolean
tpl_libvirt_find (TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  g_autoptr (GError) why = NULL;
  if (!tpl_virt_recover (&(TplVirtLog){ on_recovery, run }, &why))
    tpl_run_note (run, TPL_EVENT_WARNING, "%s", why->message);
  if (!tpl_virt_session_open (request->connect, request->source, request->target, &run->libvirt,
                              error))
    return FALSE;
  if (!check_wanted (run, error))
    return FALSE;
  if (!run->libvirt)
    return TRUE;
  run->source.path = run->libvirt->source->path;
  if (!run->libvirt->target)
    return TRUE;
  if (request->replace && !tpl_virt_session_plan_replacement (run->libvirt, error))
    return FALSE;
  const TplVirtPlace *target = run->libvirt->target;
  run->target.path = target->path;
  run->target.is_pending = target->volume && !target->exists;
  return check_existing_target (run, error);
}

const char *
tpl_libvirt_source_format (const TplRun *run)
{
  static const char *const known[] = { "raw", "qcow2", NULL };
  const char *format = run->libvirt ? run->libvirt->source->format : NULL;
  return format && g_strv_contains (known, format) ? format : NULL;
}

const char *
tpl_libvirt_target_name (const TplRun *run)
{
  const TplVirtSession *session = run->libvirt;
  return session && session->replaced ? session->replaced->path : run->target.path;
}

gboolean
tpl_libvirt_choose_format (TplRun *run, GError **error)
{
  const TplVirtPlace *target = run->libvirt->target;
  const char *format = run->request->format;
  gboolean is_qcow2 = g_str_has_suffix (tpl_libvirt_target_name (run), ".qcow2");
  if (!format)
    format = target->takes_formats && is_qcow2 ? "qcow2" : "raw";
  if (!target->takes_formats && strcmp (format, "raw") != 0)
    return tpl_fail (error, TPL_ERROR_USAGE,
                     "--format %s: the pool \"%s\" has block devices, which are written raw",
                     format, target->pool);
  run->target.format = g_strdup (format);
  return TRUE;
}

gboolean
tpl_libvirt_protect (TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  TplVirtSession *session = run->libvirt;
  if (!session)
    return TRUE;
  if (request->swap_into_domain
      && !tpl_virt_session_choose_domain (session, "--swap-into-domain", error))
    return FALSE;
  if (request->rename && session->target && !tpl_virt_session_plan_names (session, error))
    return FALSE;
  if (request->define && !tpl_virt_session_check_define (session, request->define, error))
    return FALSE;
  if (!tpl_virt_session_protect (session, error))
    return FALSE;
  if (session->replaced)
    tpl_run_note (run, TPL_EVENT_NOTE,
                  "when the new content is proven, the volume \"%s\" of the pool \"%s\" is taken "
                  "from the domains that have it, deleted and made anew",
                  session->replaced->volume, session->replaced->pool);
  return TRUE;
}

gboolean
tpl_libvirt_check (TplRun *run, GError **error)
{
  return !run->libvirt || tpl_virt_session_check (run->libvirt, error);
}

static void
on_line (const char *line, gpointer user_data)
{
  tpl_run_note (user_data, TPL_EVENT_NOTE, "%s", line);
}

/* What is left when libvirt fails at the last steps: a TARGET that is its own, or none. */
static gboolean
after_all (TplRun *run, gboolean was_made, gboolean done, GError **error)
{
  if (!done && !was_made)
    g_prefix_error (error, "TARGET \"%s\" is complete, but ", run->target.path);
  return done;
}

static gboolean
swap (TplRun *run, GError **error)
{
  TplVirtSession *session = run->libvirt;
  const TplVirtPlace *source = session->source;
  if (!run->request->swap_into_domain)
    return TRUE;
  if (!after_all (run, session->has_made,
                  tpl_virt_session_swap (session, run->target.format, error), error))
    return FALSE;
  tpl_run_note (run, TPL_EVENT_NOTE,
                "the domain %s has \"%s\" as its disk \"%s\"; \"%s\" is left as it was (undo: "
                "tpl-shrink --rollback)",
                source->domain, run->target.path, source->disk, source->path);
  if (!tpl_virt_session_exchange_names (session, error))
    return FALSE;
  run->target.path = session->target->path;
  if (session->parked)
    tpl_run_note (run, TPL_EVENT_NOTE, "it has the name \"%s\" now, and the old one \"%s\"",
                  session->target->volume, session->parked);
  return TRUE;
}

static gboolean
define (TplRun *run, GError **error)
{
  const char *name = run->request->define;
  if (!name)
    return TRUE;
  if (!after_all (run, FALSE,
                  tpl_virt_session_define (run->libvirt, name, run->target.format, error), error))
    return FALSE;
  tpl_run_note (run, TPL_EVENT_NOTE, "the domain \"%s\" is defined (virsh start %s)", name, name);
  return TRUE;
}

gboolean
tpl_libvirt_publish (TplRun *run, GError **error)
{
  TplVirtSession *session = run->libvirt;
  if (!session)
    return TRUE;
  if (!tpl_virt_session_replace (session, &(TplVirtLog){ on_line, run }, error))
    return FALSE;
  if (session->target)
    run->target.path = session->target->path;
  return swap (run, error) && tpl_virt_session_keep (session, error) && define (run, error);
}

gboolean
tpl_libvirt_recover (TplRun *run, GError **error)
{
  run->stage = "recover";
  tpl_run_note (run, TPL_EVENT_STAGE, "looking for what killed runs left");
  return tpl_virt_recover (&(TplVirtLog){ on_line, run }, error);
}

static gboolean
recover_first (TplRun *run, const char *stage, const char *what, GError **error)
{
  if (!tpl_libvirt_recover (run, error))
    return FALSE;
  run->stage = stage;
  tpl_run_note (run, TPL_EVENT_STAGE, "%s", what);
  return TRUE;
}

gboolean
tpl_libvirt_rollback (TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  const TplVirtLog log = { on_line, run };
  return recover_first (run, "rollback", "putting the old disk back", error)
         && tpl_virt_rollback (request->connect, request->source, &log, error);
}

gboolean
tpl_libvirt_delete_source (TplRun *run, GError **error)
{
  const TplRequest *request = run->request;
  const TplVirtLog log = { on_line, run };
  return recover_first (run, "delete-source", "deleting the old disk", error)
         && tpl_virt_delete_source (request->connect, request->source, request->yes, &log, error);
}

void
tpl_libvirt_end (TplRun *run)
{
  g_autoptr (GError) error = NULL;
  if (run->libvirt && !tpl_virt_session_end (run->libvirt, &error))
    tpl_run_note (run, TPL_EVENT_WARNING, "%s; the next run tries again", error->message);
  g_clear_pointer (&run->libvirt, tpl_virt_session_free);
}
