/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/host-report.h"

#include "cli/json-line.h"
#include "tpl-shrink.h"

#include <string.h>

static const TplHostItem *
item_at (const GArray *items, guint i)
{
  return &g_array_index (items, TplHostItem, i);
}

gboolean
cli_host_is_ready (const GArray *items)
{
  for (guint i = 0; i < items->len; i++)
    if (item_at (items, i)->required && !item_at (items, i)->found)
      return FALSE;
  return TRUE;
}

char *
cli_host_report (const GArray *items, const char *remedy, CliCharset charset, int columns)
{
  int width = 0;
  for (guint i = 0; i < items->len; i++)
    width = MAX (width, cli_columns (item_at (items, i)->what));

  GString *report = g_string_new (NULL);
  for (guint i = 0; i < items->len; i++) {
    const TplHostItem *item = item_at (items, i);
    const char *state = item->found ? "found" : item->required ? "MISSING" : "absent";
    g_autofree char *why = cli_escape (item->why, charset);
    g_autofree char *package =
        !item->found && item->package != NULL ? g_strdup_printf (" (%s)", item->package) : NULL;
    g_autofree char *text = g_strconcat (why, package, NULL);
    g_autofree char *wrapped = cli_wrap (text, 9 + width + 2, columns);
    g_string_append_printf (report, "%-7s  %-*s  %s\n", state, width, item->what, wrapped);
  }
  g_string_append (report, cli_host_is_ready (items)
                               ? "\nThis host has all that is needed.\n"
                               : "\nThis host lacks what is marked MISSING.\n");
  if (remedy != NULL)
    g_string_append_printf (report, "Get what is not there with:\n\n  %s\n", remedy);
  return g_string_free (report, FALSE);
}

char *
cli_host_report_json (const GArray *items, const char *remedy)
{
  GString *list = g_string_new ("");
  for (guint i = 0; i < items->len; i++) {
    const TplHostItem *item = item_at (items, i);
    CliJsonLine line;
    cli_json_open (&line);
    cli_json_add_string (&line, "what", item->what);
    cli_json_add_string (&line, "why", item->why);
    cli_json_add_bool (&line, "found", item->found);
    cli_json_add_bool (&line, "required", item->required);
    cli_json_add_string (&line, "package", item->package);
    g_autofree char *text = cli_json_close (&line);
    g_string_append_printf (list, "%s%s", i > 0 ? "," : "", text);
  }
  g_autofree char *array = g_string_free (list, FALSE);

  CliJsonLine line;
  cli_json_open (&line);
  cli_json_add_bool (&line, "ready", cli_host_is_ready (items));
  cli_json_add_string (&line, "remedy", remedy);
  g_autofree char *members = cli_json_close (&line);
  members[strlen (members) - 1] = '\0';
  return g_strdup_printf ("%s,\"items\":[%s]}\n", members, array);
}
