/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A job of a batch: what one tpl-shrink is to be called with. A value (plan/value.h). */
#pragma once

#include "plan/value.h"
#include "tpl-shrink.h"

/** An option of tpl-shrink, by its long name without the dashes. */
typedef struct {
  char *name;
  char *value; /* NULL: a flag */
} TplBatchSetting;

typedef struct {
  guint64 number; /* its place in the list, from 1 */
  char *source;
  char *target;
  char *folder;        /* that relative paths in the settings start from; NULL: the current one */
  GPtrArray *settings; /* TplBatchSetting */
} TplBatchJob;

extern const TplType tpl_batch_setting_type, tpl_batch_job_type;

/** The caller's: tpl_batch_job_free (). */
TplBatchJob *tpl_batch_job_new (const char *source, const char *target);
void tpl_batch_job_free (TplBatchJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplBatchJob, tpl_batch_job_free)

void tpl_batch_job_set (TplBatchJob *job, const char *name, const char *value);

/** The last value that the option was given: NULL if it was not given, "" of a flag. */
const char *tpl_batch_job_get (const TplBatchJob *job, const char *name);

/** Whether tpl-shrink takes these options, with these values and together. Errors: TPL_ERROR_USAGE.
 */
gboolean tpl_batch_job_check (const TplBatchJob *job, GError **error);

/** What is the same for the same words of a job, whatever its number and folder: 15 hexadecimal
 * digits. The caller's. */
char *tpl_batch_job_id (const TplBatchJob *job);

/** The words to run tpl-shrink with. Ends with NULL; free with g_strfreev (). */
char **tpl_batch_job_argv (const TplBatchJob *job, const char *program);
