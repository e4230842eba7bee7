/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/users.h"

#include <libvirt/virterror.h>
#include <string.h>

#include "adapt/process.h"
#include "error.h"
#include "libvirt/domain-xml.h"
#include "libvirt/guard.h"
#include "libvirt/place.h"

/* qemu itself has no limit; a longer chain than this is a loop. */
#define LONGEST_CHAIN 200

typedef struct {
  TplVirt *virt;
  const char *path;
} Search;

void
tpl_virt_user_free (TplVirtUser *user)
{
  if (!user)
    return;
  g_free (user->uuid);
  g_free (user->name);
  g_free (user->title);
  g_free (user->disk);
  g_free (user->format);
  g_free (user);
}

/* What `qemu-img info` calls the backing file of an image; NULL if it has none. */
static char *
backing_file (const char *path)
{
  const char *argv[] = { "qemu-img", "info", "-U", path, NULL };
  g_autofree char *output = NULL;
  if (!tpl_process_run (argv, &output, NULL, NULL))
    return NULL;
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (!g_str_has_prefix (*line, "backing file: "))
      continue;
    char *name = *line + strlen ("backing file: ");
    char *actual = strstr (name, " (actual path: ");
    if (!actual)
      return g_strdup (name);
    actual += strlen (" (actual path: ");
    return g_strndup (actual, strlen (actual) - 1);
  }
  return NULL;
}

static gboolean
is_on_chain (const Search *search, const char *top)
{
  g_autofree char *at = g_strdup (top);
  for (int i = 0; at && i < LONGEST_CHAIN; i++) {
    if (tpl_virt_same_file (at, search->path))
      return TRUE;
    if (!g_file_test (at, G_FILE_TEST_EXISTS))
      return FALSE;
    char *below = backing_file (at);
    g_free (at);
    at = below;
  }
  return FALSE;
}

/* An inactive definition leaves backing files out, so the images are asked. A raw one has none. */
static gboolean
is_meant (const Search *search, const TplDomainSource *source, gboolean *is_top)
{
  g_autofree char *path
      = source->path ? g_strdup (source->path)
                     : tpl_virt_volume_path (search->virt, source->pool, source->volume);
  if (!path)
    return FALSE;
  *is_top = tpl_virt_same_file (path, search->path);
  return *is_top || (g_strcmp0 (source->format, "raw") != 0 && is_on_chain (search, path));
}

/* Whether the XML names the disk; if it is a disk's own source, `disk` and `format` get it. */
static gboolean
is_in_xml (const Search *search, const char *xml, char **disk, char **format)
{
  g_autoptr (GPtrArray) sources = tpl_domain_sources (xml, NULL);
  gboolean found = FALSE;
  for (guint i = 0; sources && i < sources->len; i++) {
    const TplDomainSource *source = sources->pdata[i];
    gboolean is_top = FALSE;
    if (!is_meant (search, source, &is_top))
      continue;
    found = TRUE;
    if (disk && !*disk && is_top && source->target) {
      *disk = g_strdup (source->target);
      *format = g_strdup (source->format);
    }
  }
  return found;
}

static gboolean
is_in_snapshots (const Search *search, virDomainPtr domain)
{
  virDomainSnapshotPtr *snapshots = NULL;
  int count = virDomainListAllSnapshots (domain, &snapshots, 0);
  gboolean found = FALSE;
  for (int i = 0; i < count; i++) {
    g_autoptr (virDomainSnapshot) snapshot = snapshots[i];
    g_auto (TplVirtText) xml = virDomainSnapshotGetXMLDesc (snapshot, 0);
    found = found || (xml && is_in_xml (search, xml, NULL, NULL));
  }
  free (snapshots);
  return found;
}

TplVirtUser *
tpl_virt_user_new (virDomainPtr domain)
{
  g_auto (TplVirtText) live = virDomainGetXMLDesc (domain, 0);
  char uuid[VIR_UUID_STRING_BUFLEN];
  if (virDomainGetUUIDString (domain, uuid) != 0)
    return NULL;
  TplVirtUser *user = g_new0 (TplVirtUser, 1);
  user->uuid = g_strdup (uuid);
  user->name = g_strdup (virDomainGetName (domain));
  user->is_active = virDomainIsActive (domain) == 1;
  user->title = user->is_active && live ? tpl_domain_title (live) : NULL;
  user->is_persistent = virDomainIsPersistent (domain) == 1;
  /* Not every driver knows all of these: -1 is none. */
  user->has_managed_save = virDomainHasManagedSaveImage (domain, 0) == 1;
  user->has_snapshots = virDomainSnapshotNum (domain, 0) > 0;
  user->has_checkpoints = virDomainListAllCheckpoints (domain, NULL, 0) > 0;
  return user;
}

/* A guard of ours has no disks, so that the saved definition is looked at in any case. */
static gboolean
add_if_user (const Search *search, virDomainPtr domain, GPtrArray *users, GError **error)
{
  g_auto (TplVirtText) saved = virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE);
  g_auto (TplVirtText) live = virDomainGetXMLDesc (domain, 0);
  if (!saved && !live && virGetLastErrorCode () != VIR_ERR_NO_DOMAIN)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"",
                          virDomainGetName (domain));
  g_autofree char *disk = NULL, *format = NULL;
  gboolean uses = (saved && is_in_xml (search, saved, &disk, &format))
                  || (live && is_in_xml (search, live, NULL, NULL))
                  || is_in_snapshots (search, domain);
  TplVirtUser *user = uses ? tpl_virt_user_new (domain) : NULL;
  if (!user)
    return TRUE;
  user->disk = g_steal_pointer (&disk);
  user->format = g_steal_pointer (&format);
  g_ptr_array_add (users, user);
  return TRUE;
}

GPtrArray *
tpl_virt_users (TplVirt *virt, const char *path, GError **error)
{
  Search search = { .virt = virt, .path = path };
  virDomainPtr *domains = NULL;
  int count = virConnectListAllDomains (virt->connection, &domains, 0);
  if (count < 0) {
    tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "listing the domains");
    return NULL;
  }
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_virt_user_free);
  gboolean done = TRUE;
  for (int i = 0; i < count; i++) {
    g_autoptr (virDomain) domain = domains[i];
    done = done && add_if_user (&search, domain, users, error);
  }
  free (domains);
  return done ? g_steal_pointer (&users) : NULL;
}

static gboolean
check_user (const TplVirtUser *user, const char *what, const char *path, const char *run_id,
            GError **error)
{
  const char *name = user->name;
  gboolean is_ours = user->is_active && tpl_virt_guard_is_of (user->title, run_id);
  if (user->is_active && !is_ours && tpl_virt_guard_is_title (user->title))
    return tpl_fail (error, TPL_ERROR_RETRIABLE,
                     "%s \"%s\": another run of tpl-shrink works on the domain \"%s\" right now",
                     what, path, name);
  if (user->is_active && !is_ours)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s \"%s\" is in use by the domain \"%s\", which runs or is paused: shut it "
                     "down first (virsh shutdown %s)",
                     what, path, name, name);
  const struct {
    gboolean is_so;
    const char *what, *command;
  } states[] = {
    { user->has_managed_save,
      "whose running state is saved: start it and shut it down, or lose that state",
      "managedsave-remove" },
    { user->has_snapshots, "which has snapshots: delete them first", "snapshot-list" },
    { user->has_checkpoints, "which has checkpoints: delete them first", "checkpoint-list" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].is_so)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "%s \"%s\" belongs to the domain \"%s\", %s (virsh %s %s)", what, path, name,
                       states[i].what, states[i].command, name);
  return TRUE;
}

gboolean
tpl_virt_users_check (const GPtrArray *users, const char *what, const char *path,
                      const char *run_id, GError **error)
{
  for (guint i = 0; i < users->len; i++)
    if (!check_user (users->pdata[i], what, path, run_id, error))
      return FALSE;
  return TRUE;
}
