/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/replace.h"

#include "error.h"
#include "libvirt/domain-xml.h"
#include "libvirt/journal.h"
#include "libvirt/users.h"
#include "libvirt/volume.h"

typedef struct {
  TplVirt *virt;
  const TplVirtReplacement *replacement;
  const char *run_id;
  const TplVirtLog *log;
} Work;

static gboolean
check_own_disks (const GPtrArray *users, const char *path, GError **error)
{
  for (guint i = 0; i < users->len; i++) {
    const TplVirtUser *user = users->pdata[i];
    if (!user->disk)
      return tpl_fail (error, TPL_ERROR_REFUSED,
                       "--replace: the domain \"%s\" has \"%s\" below another image or in a "
                       "definition that is not saved: detach it first",
                       user->name, path);
  }
  return TRUE;
}

gboolean
tpl_virt_replace_check (TplVirt *virt, const TplVirtPlace *old, GError **error)
{
  g_autoptr (GPtrArray) users = tpl_virt_users (virt, old->path, error);
  return users && check_own_disks (users, old->path, error)
         && tpl_virt_volume_check_alone (virt, old->pool, old->volume, error);
}

static gboolean
detach (const Work *work, const TplVirtUser *user, GError **error)
{
  const TplVirtReplacement *replacement = work->replacement;
  g_autoptr (virDomain) domain
      = virDomainLookupByUUIDString (work->virt->connection, user->uuid);
  g_auto (TplVirtText) xml
      = domain
            ? virDomainGetXMLDesc (domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)
            : NULL;
  if (!xml)
    return tpl_virt_fail (error, TPL_ERROR_RETRIABLE, "reading the domain \"%s\"", user->name);
  g_autofree char *element = tpl_domain_disk (xml, user->disk, error);
  if (!element)
    return FALSE;
  tpl_virt_say (work->log,
                "detaching the old volume \"%s\" from the domain \"%s\", whose disk \"%s\" it is",
                replacement->name, user->name, user->disk);
  return virDomainDetachDeviceFlags (domain, element, VIR_DOMAIN_AFFECT_CONFIG) == 0
         || tpl_virt_fail (error, TPL_ERROR_RETRIABLE,
                           "detaching the disk \"%s\" from the domain \"%s\"", user->disk,
                           user->name);
}

static gboolean
detach_from_all (const Work *work, const char *path, GError **error)
{
  g_autoptr (GPtrArray) users = tpl_virt_users (work->virt, path, error);
  if (!users || !tpl_virt_users_check (users, "the old volume", path, work->run_id, error)
      || !check_own_disks (users, path, error))
    return FALSE;
  for (guint i = 0; i < users->len; i++)
    if (!detach (work, users->pdata[i], error))
      return FALSE;
  /* One that has it twice is found again. */
  return users->len == 0 || detach_from_all (work, path, error);
}

static TplVirtPlace *
find (const Work *work, const char *name, GError **error)
{
  g_autofree char *word = g_strdup_printf ("vol:%s/%s", work->replacement->pool, name);
  return tpl_virt_place_find (work->virt, word, error);
}

static gboolean
remove_old (const Work *work, GError **error)
{
  const TplVirtReplacement *replacement = work->replacement;
  const char *pool = replacement->pool, *name = replacement->name;
  g_autoptr (TplVirtPlace) old = find (work, name, error);
  if (!old)
    return FALSE;
  if (!old->exists)
    return TRUE;
  if (g_strcmp0 (old->key, replacement->old_key) != 0)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "the volume \"%s\" of the pool \"%s\" was made anew by somebody else "
                     "meanwhile",
                     name, pool);
  if (!detach_from_all (work, old->path, error)
      || !tpl_virt_volume_check_alone (work->virt, pool, name, error))
    return FALSE;
  tpl_journal_step ("detached");
  tpl_virt_say (work->log, "deleting the old volume \"%s\" of the pool \"%s\"", name, pool);
  return tpl_virt_volume_discard (work->virt, pool, name, old->key, error);
}

gboolean
tpl_virt_replace_remove_old (TplVirt *virt, const TplVirtReplacement *replacement,
                             const char *run_id, const TplVirtLog *log, GError **error)
{
  const Work work = { virt, replacement, run_id, log };
  return remove_old (&work, error);
}

gboolean
tpl_virt_replace (TplVirt *virt, const TplVirtReplacement *replacement, const char *run_id,
                  const TplVirtLog *log, GError **error)
{
  const Work work = { virt, replacement, run_id, log };
  g_autoptr (TplVirtPlace) new = find (&work, replacement->new_name, error);
  if (!new)
    return FALSE;
  if (!new->exists || g_strcmp0 (new->key, replacement->new_key) != 0)
    return TRUE; /* it has its name already */
  if (!remove_old (&work, error))
    return FALSE;
  tpl_journal_step ("deleted");
  return tpl_virt_volume_rename (virt, replacement->pool, replacement->new_name,
                                 replacement->name, error);
}
