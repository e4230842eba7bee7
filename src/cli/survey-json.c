/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json-line.h"
#include "cli/survey-report.h"

#define FORMAT 1

static void
add_size (CliJsonLine *line, const char *name, guint64 value, gboolean is_known)
{
  if (is_known)
    cli_json_add_uint (line, name, value);
  else
    cli_json_add_null (line, name);
}

/* The items are objects already; frees them. */
static char *
array_of (GPtrArray *items)
{
  g_autoptr (GString) text = g_string_new ("[");
  for (guint i = 0; i < items->len; i++)
    g_string_append_printf (text, "%s\n%s", i > 0 ? "," : "", (const char *)items->pdata[i]);
  g_string_append (text, "]");
  g_ptr_array_unref (items);
  return g_strdup (text->str);
}

static char *
volumes_json (const TplSurveyDisk *disk)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < disk->volumes->len; i++) {
    const TplSurveyVolume *volume = disk->volumes->pdata[i];
    CliJsonLine line;
    cli_json_open (&line);
    cli_json_add_string (&line, "id", volume->id);
    cli_json_add_string (&line, "type", volume->type);
    cli_json_add_uint (&line, "size_bytes", volume->size_bytes);
    cli_json_add_uint (&line, "used_bytes", volume->used_bytes);
    add_size (&line, "predicted_bytes", volume->predicted_bytes, volume->predicted_bytes != 0);
    g_ptr_array_add (items, cli_json_close (&line));
  }
  return array_of (items);
}

static void
add_figures (CliJsonLine *line, const TplSurveyDisk *disk)
{
  const gboolean is_read = disk->volumes->len > 0;
  const gboolean is_planned = disk->predicted_bytes != 0;
  add_size (line, "virtual_bytes", disk->virtual_bytes, disk->virtual_bytes != 0);
  add_size (line, "allocated_bytes", disk->allocated_bytes, disk->virtual_bytes != 0);
  add_size (line, "used_bytes", disk->used_bytes, is_read);
  add_size (line, "predicted_bytes", disk->predicted_bytes, is_planned);
  add_size (line, "won_bytes", disk->won_bytes, is_planned);
  if (disk->estimated_seconds < 0)
    cli_json_add_null (line, "estimated_seconds");
  else
    cli_json_add_seconds (line, "estimated_seconds", disk->estimated_seconds);
  add_size (line, "inodes", disk->inodes, is_read);
  cli_json_add_null (line, "root"); /* only the appliance reads files */
}

static char *
disk_json (const TplSurveyDisk *disk)
{
  CliJsonLine line;
  g_autofree char *volumes = volumes_json (disk);
  cli_json_open (&line);
  cli_json_add_string (&line, "source", disk->source);
  cli_json_add_string (&line, "path", disk->path);
  cli_json_add_strings (&line, "domains", disk->domains);
  cli_json_add_string (&line, "target", disk->target);
  cli_json_add_string (&line, "format", disk->format);
  cli_json_add_string (&line, "state", cli_survey_state (disk->state));
  add_size (&line, "status", (guint64)MAX (disk->status, 0), disk->status >= 0);
  cli_json_add_string (&line, "reason", disk->reason);
  cli_json_add_bool (&line, "estimate", disk->estimate != NULL);
  cli_json_add_string (&line, "note", disk->estimate);
  add_figures (&line, disk);
  cli_json_add_raw (&line, "volumes", volumes);
  return cli_json_close (&line);
}

static char *
totals_json (const GPtrArray *disks)
{
  guint64 count = 0, all = 0, used = 0, predicted = 0, won = 0;
  double seconds = 0;
  CliJsonLine line;
  for (guint i = 0; i < disks->len; i++) {
    const TplSurveyDisk *disk = disks->pdata[i];
    if (disk->state != TPL_SURVEY_SHRINKABLE)
      continue;
    count++;
    all += disk->virtual_bytes;
    used += disk->used_bytes;
    predicted += disk->predicted_bytes;
    won += disk->won_bytes;
    seconds += disk->estimated_seconds;
  }
  cli_json_open (&line);
  cli_json_add_uint (&line, "disks", disks->len);
  cli_json_add_uint (&line, "shrinkable", count);
  cli_json_add_uint (&line, "virtual_bytes", all);
  cli_json_add_uint (&line, "used_bytes", used);
  cli_json_add_uint (&line, "predicted_bytes", predicted);
  cli_json_add_uint (&line, "won_bytes", won);
  cli_json_add_seconds (&line, "estimated_seconds", seconds);
  return cli_json_close (&line);
}

char *
cli_survey_json (const GPtrArray *disks, double seconds)
{
  CliJsonLine line;
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *totals = totals_json (disks);
  for (guint i = 0; i < disks->len; i++)
    g_ptr_array_add (items, disk_json (disks->pdata[i]));
  g_autofree char *array = array_of (items);
  cli_json_open (&line);
  cli_json_add_uint (&line, "format", FORMAT);
  cli_json_add_seconds (&line, "seconds", seconds);
  cli_json_add_raw (&line, "totals", totals);
  cli_json_add_raw (&line, "disks", array);
  g_autofree char *document = cli_json_close (&line);
  return g_strconcat (document, "\n", NULL);
}
