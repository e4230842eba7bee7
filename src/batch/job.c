/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/job.h"

#include "error.h"
#include "request.h"

#include <string.h>

#define ID_DIGITS 15

static const TplField setting_fields[] = {
    TPL_STRING (TplBatchSetting, name),
    TPL_STRING (TplBatchSetting, value),
    {0},
};
const TplType tpl_batch_setting_type = {"setting", sizeof (TplBatchSetting), setting_fields};

static const TplField job_fields[] = {
    TPL_UINT (TplBatchJob, number),
    TPL_STRING (TplBatchJob, source),
    TPL_STRING (TplBatchJob, target),
    TPL_STRING (TplBatchJob, folder),
    TPL_LIST (TplBatchJob, settings, &tpl_batch_setting_type),
    {0},
};
const TplType tpl_batch_job_type = {"job", sizeof (TplBatchJob), job_fields};

TplBatchJob *
tpl_batch_job_new (const char *source, const char *target)
{
  TplBatchJob *job = tpl_value_new (&tpl_batch_job_type);
  job->source = g_strdup (source);
  job->target = g_strdup (target);
  return job;
}

void
tpl_batch_job_free (TplBatchJob *job)
{
  tpl_value_free (&tpl_batch_job_type, job);
}

void
tpl_batch_job_set (TplBatchJob *job, const char *name, const char *value)
{
  TplBatchSetting *setting = tpl_value_new (&tpl_batch_setting_type);
  setting->name = g_strdup (name);
  setting->value = g_strdup (value);
  g_ptr_array_add (job->settings, setting);
}

const char *
tpl_batch_job_get (const TplBatchJob *job, const char *name)
{
  for (guint i = job->settings->len; i > 0; i--) {
    const TplBatchSetting *setting = job->settings->pdata[i - 1];
    if (strcmp (setting->name, name) == 0)
      return setting->value != NULL ? setting->value : "";
  }
  return NULL;
}

gboolean
tpl_batch_job_check (const TplBatchJob *job, GError **error)
{
  if (job->source == NULL || job->source[0] == '\0' || job->target == NULL ||
      job->target[0] == '\0')
    return tpl_fail (error, TPL_ERROR_USAGE, "a SOURCE and a TARGET are needed");
  g_autoptr (TplRequest) request = tpl_request_new (job->source, job->target);
  for (guint i = 0; i < job->settings->len; i++) {
    const TplBatchSetting *setting = job->settings->pdata[i];
    if (setting->name == NULL)
      return tpl_fail (error, TPL_ERROR_USAGE, "an option without a name");
    if (setting->value != NULL && tpl_request_is_flag (setting->name))
      return tpl_fail (error, TPL_ERROR_USAGE, "option --%s takes no value", setting->name);
    if (!tpl_request_set (request, setting->name, setting->value, error))
      return FALSE;
  }
  return tpl_request_check (request, error);
}

char *
tpl_batch_job_id (const TplBatchJob *job)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  /* With their final zero bytes, so that no two lists of words are one text. */
  g_checksum_update (sum, (const guchar *)job->source, (gssize)strlen (job->source) + 1);
  g_checksum_update (sum, (const guchar *)job->target, (gssize)strlen (job->target) + 1);
  for (guint i = 0; i < job->settings->len; i++) {
    const TplBatchSetting *setting = job->settings->pdata[i];
    const char *value = setting->value != NULL ? setting->value : "";
    g_checksum_update (sum, (const guchar *)setting->name, (gssize)strlen (setting->name) + 1);
    g_checksum_update (sum, (const guchar *)value, (gssize)strlen (value) + 1);
  }
  return g_strndup (g_checksum_get_string (sum), ID_DIGITS);
}

char **
tpl_batch_job_argv (const TplBatchJob *job, const char *program)
{
  GPtrArray *words = g_ptr_array_new ();
  g_ptr_array_add (words, g_strdup (program));
  g_ptr_array_add (words, g_strdup ("--json"));
  for (guint i = 0; i < job->settings->len; i++) {
    const TplBatchSetting *setting = job->settings->pdata[i];
    g_ptr_array_add (words, setting->value != NULL
                                ? g_strdup_printf ("--%s=%s", setting->name, setting->value)
                                : g_strdup_printf ("--%s", setting->name));
  }
  g_ptr_array_add (words, g_strdup ("--"));
  g_ptr_array_add (words, g_strdup (job->source));
  g_ptr_array_add (words, g_strdup (job->target));
  g_ptr_array_add (words, NULL);
  return (char **)g_ptr_array_free (words, FALSE);
}
