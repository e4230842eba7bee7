/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/select.h"

#include "error.h"
#include "libvirt/listing.h"

#include <string.h>

#define DOMAIN_PREFIX "dom:"
#define PLACEHOLDER   "{}"

char *
tpl_batch_select_replace (const char *text, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (text, PLACEHOLDER, -1);
  return g_strjoinv (name, parts);
}

static gboolean
is_selection (const TplBatchJob *job)
{
  return job->source != NULL && g_str_has_prefix (job->source, DOMAIN_PREFIX) &&
         strpbrk (job->source, "*?[") != NULL;
}

static TplBatchJob *
job_of_domain (const TplBatchJob *pattern, const char *name)
{
  g_autofree char *source = g_strconcat (DOMAIN_PREFIX, name, NULL);
  g_autofree char *target = tpl_batch_select_replace (pattern->target, name);
  TplBatchJob *job = tpl_batch_job_new (source, target);
  job->folder = g_strdup (pattern->folder);
  for (guint i = 0; i < pattern->settings->len; i++) {
    const TplBatchSetting *setting = pattern->settings->pdata[i];
    g_autofree char *value =
        setting->value != NULL ? tpl_batch_select_replace (setting->value, name) : NULL;
    tpl_batch_job_set (job, setting->name, value);
  }
  return job;
}

static gboolean
expand (const TplBatchJob *pattern, GPtrArray *jobs, GError **error)
{
  if (pattern->target == NULL || strstr (pattern->target, PLACEHOLDER) == NULL)
    return tpl_fail (
        error, TPL_ERROR_USAGE,
        "\"%s\" stands for many domains: their TARGET must have {} in it, which becomes "
        "the domain's name",
        pattern->source);
  const char *uri = tpl_virt_named_uri (tpl_batch_job_get (pattern, "connect"));
  if (uri == NULL)
    uri = tpl_virt_present_uri ();
  if (uri == NULL)
    return tpl_fail (
        error, TPL_ERROR_REFUSED,
        "\"%s\" needs libvirt, and no daemon of it is here: start it, or say --connect",
        pattern->source);
  g_autoptr (TplVirt) virt = tpl_virt_open (uri, error);
  g_auto (GStrv) names =
      virt != NULL
          ? tpl_virt_stopped_domains (virt, pattern->source + strlen (DOMAIN_PREFIX), error)
          : NULL;
  if (names == NULL)
    return FALSE;
  if (names[0] == NULL)
    return tpl_fail (error, TPL_ERROR_REFUSED, "no stopped domain matches \"%s\"", pattern->source);
  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (jobs, job_of_domain (pattern, names[i]));
  return TRUE;
}

GPtrArray *
tpl_batch_select (const GPtrArray *jobs, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_job_free);
  for (guint i = 0; i < jobs->len; i++) {
    if (!is_selection (jobs->pdata[i]))
      g_ptr_array_add (all, tpl_value_copy (&tpl_batch_job_type, jobs->pdata[i]));
    else if (!expand (jobs->pdata[i], all, error))
      return NULL;
  }
  for (guint i = 0; i < all->len; i++)
    ((TplBatchJob *)all->pdata[i])->number = i + 1;
  return g_steal_pointer (&all);
}
