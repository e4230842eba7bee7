/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stage/guest-files.h"

#include <string.h>

static gboolean
put_text (TplRun *run, const char *path, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  return tpl_appliance_put (run->appliance, path, bytes, error);
}

GBytes *
tpl_guest_gather (TplRun *run, const char *folder, const char *list, GError **error)
{
  const char *argv[] = { "tpl-helper", "gather", folder, "/tmp/list", "/tmp/gathered", NULL };
  if (!put_text (run, "/tmp/list", list, error)
      || !tpl_appliance_run (run->appliance, argv, NULL, NULL, error))
    return NULL;
  return tpl_appliance_get (run->appliance, "/tmp/gathered", error);
}

GBytes *
tpl_guest_gather_and_scan (TplRun *run, const char *folder, const char *list,
                           const char *scan_list, const char *needles, char **found,
                           GError **error)
{
  const char *argv[] = { "tpl-helper", "gather",         folder,         "/tmp/list",
                         "/tmp/gathered", "/tmp/scan-list", "/tmp/needles", NULL };
  int status = 0;
  if (!put_text (run, "/tmp/list", list, error)
      || !put_text (run, "/tmp/scan-list", scan_list, error)
      || !put_text (run, "/tmp/needles", needles, error)
      || !tpl_appliance_run (run->appliance, argv, &status, found, error) || status != 0)
    return NULL;
  return tpl_appliance_get (run->appliance, "/tmp/gathered", error);
}

gboolean
tpl_guest_apply (TplRun *run, GBytes *archive, char **lines, GError **error)
{
  const char *argv[] = { "tpl-helper", "apply", TPL_GUEST_FOLDER, "/tmp/edits", NULL };
  return tpl_appliance_put (run->appliance, "/tmp/edits", archive, error)
         && tpl_appliance_run (run->appliance, argv, NULL, lines, error);
}

gboolean
tpl_guest_scan_for (TplRun *run, const char *list, const char *needles, GError **error)
{
  return put_text (run, "/tmp/list", list, error) && put_text (run, "/tmp/needles", needles, error);
}

gboolean
tpl_guest_scan (TplRun *run, const char *folder, int *status, char **found, GError **error)
{
  const char *argv[] = { "tpl-helper", "scan", folder, "/tmp/list", "/tmp/needles", NULL };
  return tpl_appliance_run (run->appliance, argv, status, found, error);
}
