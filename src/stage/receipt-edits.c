/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What bootfix changed, for the receipt: the difference of each text. */
#include <string.h>
#include <sys/wait.h>

#include "error.h"
#include "receipt/receipt.h"
#include "stage/receipt.h"

#define LONGEST_DIFF (256u * 1024)

static gboolean
is_text (GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  return size == 0 || !memchr (data, '\0', size);
}

static gboolean
save (const char *path, GBytes *bytes, GError **error)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  if (g_file_set_contents (path, data ? data : "", (gssize)size, error))
    return TRUE;
  tpl_error_adopt (error, TPL_ERROR_RETRIABLE);
  return FALSE;
}

/* diff(1) ends with status 1 where there are differences. */
static char *
run_diff (const char *label, const char *before, const char *after, GError **error)
{
  char *argv[] = { (char *)"diff", (char *)"-u", (char *)"--label", (char *)label,
                   (char *)"--label", (char *)label, (char *)before, (char *)after, NULL };
  g_autofree char *output = NULL;
  int status = 0;
  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                     NULL, &output, NULL, &status, error)) {
    g_prefix_error (error, "--receipt needs diff(1): ");
    tpl_error_adopt (error, TPL_ERROR_HOST);
    return NULL;
  }
  if (WIFEXITED (status) && WEXITSTATUS (status) <= 1)
    return g_steal_pointer (&output);
  tpl_fail (error, TPL_ERROR_FAILED, "diff(1) failed on %s", label);
  return NULL;
}

static gboolean
add_diff (TplRun *run, TplReceiptEdit *edit, const TplGatheredChange *change, GError **error)
{
  g_autofree char *before = g_build_filename (run->folder, "before", NULL);
  g_autofree char *after = g_build_filename (run->folder, "after", NULL);
  if (!is_text (change->before) || !is_text (change->after))
    return TRUE;
  if (!save (before, change->before, error) || !save (after, change->after, error))
    return FALSE;
  g_autofree char *diff = run_diff (edit->path, before, after, error);
  if (!diff)
    return FALSE;
  if (strlen (diff) <= LONGEST_DIFF)
    edit->diff = g_steal_pointer (&diff);
  return TRUE;
}

gboolean
tpl_receipt_add_edit (TplRun *run, const TplEdit *edit, const TplGatheredChange *change,
                      GError **error)
{
  TplReceiptEdit *recorded = tpl_receipt_new_edit (run, edit);
  if (!recorded || strcmp (change->action, "remove") == 0)
    return TRUE;
  if (strcmp (change->action, "append") == 0) {
    g_free (recorded->action);
    recorded->action = g_strdup ("appended");
  }
  recorded->bytes_after = g_bytes_get_size (change->after);
  recorded->sha256_after = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, change->after);
  if (!change->before)
    return TRUE;
  recorded->bytes_before = g_bytes_get_size (change->before);
  recorded->sha256_before = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, change->before);
  return add_diff (run, recorded, change, error);
}
