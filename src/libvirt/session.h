/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A run's dealings with libvirt, from finding the disks to leaving nothing behind. */
#pragma once

#include "libvirt/journal.h"
#include "libvirt/log.h"
#include "libvirt/place.h"
#include "libvirt/swap.h"
#include "libvirt/users.h"

/** As long as a service manager takes to start a daemon again. */
#define TPL_VIRT_PATIENCE_SECONDS 10

typedef struct {
  TplVirt *virt;
  char *uri;
  TplVirtPlace *source; /* NULL: a rollback and the like */
  TplVirtPlace *target; /* NULL: a plan alone */
  TplVirtPlace *replaced; /* the volume whose name TARGET takes in the end; NULL: none */
  TplVirtSwap *swap; /* that was made; NULL: none */
  char *parked;      /* the name that SOURCE's volume gets, and TARGET its name; NULL: they stay */
  TplJournal *journal;  /* NULL: nothing was done yet */
  GPtrArray *guarded;   /* UUIDs of domains */
  gboolean has_made;    /* the target's volume, and not kept it yet */
  char *made_name;      /* of that volume */
  gboolean is_unsettled; /* what libvirt did last is not known: left to tpl_virt_recover () */
} TplVirtSession;

/**
 * Connects and finds SOURCE and TARGET. `uri` is what --connect said, or NULL. `*session` stays
 * NULL where both are paths and there is no libvirt to ask: not an error. Errors: TPL_ERROR_USAGE
 * (a URI that is not local), TPL_ERROR_REFUSED, TPL_ERROR_RETRIABLE.
 */
gboolean tpl_virt_session_open (const char *uri, const char *source, const char *target,
                                TplVirtSession **session, GError **error);

/** Connects for what needs a domain alone. Errors as above; without a daemon,
 * TPL_ERROR_RETRIABLE. */
TplVirtSession *tpl_virt_session_connect (const char *uri, GError **error);

/** Refuses what is in use, and guards every domain that has SOURCE, or a TARGET that exists.
 * Errors: see tpl_virt_users_check (). */
gboolean tpl_virt_session_protect (TplVirtSession *session, GError **error);

/** Likewise, for one disk that is called `what`. */
gboolean tpl_virt_session_protect_disk (TplVirtSession *session, const char *what,
                                        const char *path, GError **error);
/** Guards one domain, which must have passed tpl_virt_users_check (); once is enough. */
gboolean tpl_virt_session_guard (TplVirtSession *session, const TplVirtUser *user, GError **error);

/** Finds the domain whose disk SOURCE is, for the option `what`: the one that was named, or the
 * only one that has it. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_virt_session_choose_domain (TplVirtSession *session, const char *what, GError **error);

/** TARGET, of that format, takes SOURCE's place in the domain. Errors: TPL_ERROR_RETRIABLE. */
gboolean tpl_virt_session_swap (TplVirtSession *session, const char *format, GError **error);

/** After the swap, TARGET shall take the name of SOURCE's volume. Errors: TPL_ERROR_REFUSED. */
gboolean tpl_virt_session_plan_names (TplVirtSession *session, GError **error);
/** ... and takes it, in the journal. See tpl_virt_names_exchange (). */
gboolean tpl_virt_session_exchange_names (TplVirtSession *session, GError **error);

/** Does a swap, in the journal: afterwards it is known to have been done, or not, or the session is
 * unsettled. `kind` is "swap", or "unswap" for one that undoes the domain's last. */
gboolean tpl_virt_session_exchange (TplVirtSession *session, const char *kind,
                                    const TplVirtSwap *swap, GError **error);

/** TARGET is to take the place of the volume of that name, if there is one: it is made under
 * another name first. Errors: TPL_ERROR_REFUSED, TPL_ERROR_USAGE (TARGET is in no pool). */
gboolean tpl_virt_session_plan_replacement (TplVirtSession *session, GError **error);
/** Where the pool has no room for both, the old volume goes before the new one is made, which `log`
 * hears, each step before it is done. */
gboolean tpl_virt_session_make_room (TplVirtSession *session, guint64 size_bytes,
                                     const TplVirtLog *log, GError **error);
/** The old volume goes and TARGET takes its name; in the journal. */
gboolean tpl_virt_session_replace (TplVirtSession *session, const TplVirtLog *log,
                                   GError **error);

/** Whether a new domain can be defined: SOURCE has a domain, and the name is free. */
gboolean tpl_virt_session_check_define (TplVirtSession *session, const char *name, GError **error);
/** Defines it, with TARGET as its disk. See tpl_domain_minimal (). */
gboolean tpl_virt_session_define (TplVirtSession *session, const char *name, const char *format,
                                  GError **error);

/** Makes sure of a connection; `seconds` to wait for a daemon that is being restarted. */
gboolean tpl_virt_session_reconnect (TplVirtSession *session, guint seconds, GError **error);

/** Makes the target's volume, in the journal from before it is there. See tpl_virt_volume_make
 * (). */
gboolean tpl_virt_session_make (TplVirtSession *session, guint64 size_bytes, const char *format,
                                GError **error);

/** Whether all guards still hold, and no domain that is new runs from SOURCE or TARGET. Errors:
 * TPL_ERROR_RETRIABLE, and those of tpl_virt_session_protect (). */
gboolean tpl_virt_session_check (TplVirtSession *session, GError **error);

/** The target's content is proven and on its disk: the volume stays. */
gboolean tpl_virt_session_keep (TplVirtSession *session, GError **error);

/** Undoes what was not kept, ends the guards and closes the journal; where that fails, the journal
 * stays for tpl_virt_recover (). */
gboolean tpl_virt_session_end (TplVirtSession *session, GError **error);
/** Frees what tpl_virt_session_end () was called for. */
void tpl_virt_session_free (TplVirtSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplVirtSession, tpl_virt_session_free)
