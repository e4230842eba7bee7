/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/recover.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapt/probe.h"
#include "error.h"
#include "libvirt/guard.h"
#include "libvirt/history.h"
#include "libvirt/journal.h"
#include "libvirt/names.h"
#include "libvirt/replace.h"
#include "libvirt/users.h"
#include "libvirt/volume.h"

/* What the run had open is closed by its appliance's keeper, which looks every two seconds. */
#define PATIENCE_SECONDS 10

typedef struct {
  TplVirt *virt;
  const char *run_id;
  const GPtrArray *records;
  gboolean is_finished; /* rather than undone */
  const TplVirtLog *log;
} Recovery;

static gboolean
is_record (char *const *record, const char *kind, guint fields)
{
  return g_strcmp0 (record[0], kind) == 0 && g_strv_length ((char **)record) == fields;
}

/* Whether a record after number `at` has one of these kinds and the same pool and volume. */
static gboolean
is_followed (const Recovery *recovery, guint at, const char *const *kinds)
{
  char *const *record = recovery->records->pdata[at];
  for (guint i = at + 1; i < recovery->records->len; i++) {
    char *const *later = recovery->records->pdata[i];
    if (later[0] && g_strv_contains (kinds, later[0]) && g_strcmp0 (later[1], record[1]) == 0
        && later[1] && g_strcmp0 (later[2], record[2]) == 0)
      return TRUE;
  }
  return FALSE;
}

/* lvcreate(8) clears the first 4 KiB of a new volume, and a new raw file has no blocks. */
static gboolean
is_as_made (const char *path)
{
  g_auto (TplFd) fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  guint8 start[4096], zeros[sizeof start] = { 0 };
  if (fd < 0 || fstat (fd, &status) != 0)
    return FALSE;
  if (S_ISREG (status.st_mode))
    return status.st_blocks == 0;
  g_autofree char *contents = tpl_probe_contents (fd);
  return !contents && pread (fd, start, sizeof start, 0) == sizeof start
         && memcmp (start, zeros, sizeof start) == 0;
}

/* The run died while the volume was made: its key is not known, so it is only deleted if nothing
 * would be lost. */
static gboolean
undo_making (const Recovery *recovery, const char *pool, const char *name, GError **error)
{
  g_autofree char *word = g_strdup_printf ("vol:%s/%s", pool, name);
  g_autoptr (TplVirtPlace) place = tpl_virt_place_find (recovery->virt, word, error);
  if (!place || !place->exists)
    return place != NULL;
  g_autoptr (GPtrArray) users = tpl_virt_users (recovery->virt, place->path, error);
  if (!users)
    return FALSE;
  if (users->len == 0 && is_as_made (place->path)) {
    tpl_virt_say (recovery->log, "deleting the empty volume \"%s\" of the pool \"%s\"", name, pool);
    return tpl_virt_volume_delete (recovery->virt, pool, name, place->key, error);
  }
  tpl_virt_say (recovery->log,
                "the volume \"%s\" of the pool \"%s\" may be ours or somebody else's, and is not "
                "empty: if nobody needs it, virsh vol-delete --pool %s %s",
                name, pool, pool, name);
  return TRUE;
}

/* Finished if the domain has the new disk already, else undone: its content may be old by now. */
static gboolean
settle_swap (Recovery *recovery, const char *text, gboolean is_back, GError **error)
{
  g_autoptr (TplVirtSwap) swap = tpl_virt_swap_from_text (text, error);
  TplVirtSwapState state;
  if (!swap || !tpl_virt_swap_state (recovery->virt, swap, &state, error))
    return FALSE;
  gboolean is_done = state == TPL_VIRT_SWAP_AFTER;
  if (state == TPL_VIRT_SWAP_OTHER)
    tpl_virt_say (recovery->log,
                  "the domain \"%s\" has neither \"%s\" nor \"%s\" as its disk \"%s\" by now",
                  swap->name, swap->before.path, swap->after.path, swap->disk);
  else if (state != TPL_VIRT_SWAP_NO_DOMAIN)
    tpl_virt_say (recovery->log, "the domain \"%s\" has its %s disk \"%s\"", swap->name,
                  is_done != is_back ? "new" : "old",
                  is_done ? swap->after.path : swap->before.path);
  if (!is_done)
    return TRUE;
  recovery->is_finished = TRUE;
  return is_back ? tpl_virt_history_remove (swap->uuid, error)
                 : tpl_virt_history_save (swap, error);
}

/* The new volume's content is proven: finished, unless a domain runs from the old one again. */
static gboolean
finish_replacement (Recovery *recovery, char *const *record, GError **error)
{
  TplVirtReplacement replacement = { .pool = record[1],
                                     .name = record[2],
                                     .old_key = record[3],
                                     .new_name = record[4],
                                     .new_key = record[5] };
  g_autoptr (GError) why = NULL;
  recovery->is_finished = tpl_virt_replace (recovery->virt, &replacement, recovery->run_id,
                                            recovery->log, &why);
  if (recovery->is_finished) {
    tpl_virt_say (recovery->log, "the new volume \"%s\" of the pool \"%s\" has its name", record[2],
                  record[1]);
    return TRUE;
  }
  if (why->code == TPL_ERROR_REFUSED) {
    tpl_virt_say (recovery->log, "the volume \"%s\" is not replaced: %s", record[2], why->message);
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* The swap was made before: finished, for half of it would leave the domain without its disk. */
static gboolean
finish_names (Recovery *recovery, const char *text, const char *parked, GError **error)
{
  g_autoptr (TplVirtSwap) swap = tpl_virt_swap_from_text (text, error);
  if (!swap || !tpl_virt_names_exchange (recovery->virt, swap, parked, error))
    return FALSE;
  recovery->is_finished = TRUE;
  tpl_virt_say (recovery->log,
                "the domain \"%s\" has its new disk by the name \"%s\"; the old one is \"%s\"",
                swap->name, swap->before.volume, parked);
  return TRUE;
}

static gboolean
undo_made (const Recovery *recovery, const char *pool, const char *name, const char *key,
           GError **error)
{
  g_autoptr (GError) why = NULL;
  for (int try = 0; try < PATIENCE_SECONDS; try++) {
    g_clear_error (&why);
    if (tpl_virt_volume_discard (recovery->virt, pool, name, key, &why)
        || why->code == TPL_ERROR_REFUSED || virConnectIsAlive (recovery->virt->connection) != 1)
      break;
    g_usleep (G_USEC_PER_SEC);
  }
  if (!why) {
    tpl_virt_say (recovery->log, "the half-made volume \"%s\" of the pool \"%s\" is deleted", name,
                  pool);
    return TRUE;
  }
  if (why->code == TPL_ERROR_REFUSED) {
    tpl_virt_say (recovery->log, "%s", why->message);
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
undo_record (Recovery *recovery, guint at, GError **error)
{
  static const char *const ends_making[] = { "made", "made-none", NULL };
  static const char *const ends_made[] = { "kept", NULL };
  char *const *record = recovery->records->pdata[at];
  if (is_record (record, "making", 3))
    return is_followed (recovery, at, ends_making)
           || undo_making (recovery, record[1], record[2], error);
  if (is_record (record, "replace", 6))
    return finish_replacement (recovery, record, error);
  if (is_record (record, "made", 4) && !recovery->is_finished
      && !is_followed (recovery, at, ends_made))
    return undo_made (recovery, record[1], record[2], record[3], error);
  if (is_record (record, "names", 3))
    return finish_names (recovery, record[1], record[2], error);
  if (recovery->is_finished && is_record (record, "swap", 2))
    return TRUE;
  if (is_record (record, "swap", 2) || is_record (record, "unswap", 2))
    return settle_swap (recovery, record[1], strcmp (record[0], "unswap") == 0, error);
  if (is_record (record, "guard", 3)) {
    tpl_virt_say (recovery->log, "ending the guard of the domain \"%s\"", record[2]);
    return tpl_virt_guard_end (recovery->virt, record[1], recovery->run_id, error);
  }
  return TRUE;
}

/* From the last record to the first: guards go last. */
static gboolean
recover_run (Recovery *recovery, TplJournal *journal, GError **error)
{
  g_autoptr (GPtrArray) records = tpl_journal_read (journal, error);
  if (!records)
    return FALSE;
  recovery->records = records;
  recovery->run_id = journal->id;
  char *const *first = records->len ? records->pdata[0] : NULL;
  if (!first || !is_record (first, "run", 2))
    return tpl_journal_close (journal, error); /* it had not begun */
  g_autoptr (TplVirt) virt = tpl_virt_open (first[1], error);
  recovery->virt = virt;
  if (!virt)
    return FALSE;
  for (guint i = records->len; i-- > 0;)
    if (!undo_record (recovery, i, error))
      return FALSE;
  return tpl_journal_close (journal, error);
}

gboolean
tpl_virt_recover (const TplVirtLog *log, GError **error)
{
  g_autoptr (GPtrArray) journals = tpl_journal_dead ();
  gboolean done = TRUE;
  for (guint i = 0; i < journals->len; i++) {
    TplJournal *journal = journals->pdata[i];
    Recovery recovery = { .log = log };
    g_autoptr (GError) why = NULL;
    if (recover_run (&recovery, journal, &why))
      continue;
    g_prefix_error (&why, "recovering what the journal \"%s\" tells of: ", journal->path);
    if (done)
      g_propagate_error (error, g_steal_pointer (&why));
    done = FALSE;
  }
  return done;
}
