/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/batch-list.h"

#include "cli/batch-yaml.h"
#include "cli/options.h"
#include "error.h"
#include "json/value-json.h"

#include <stdint.h>
#include <string.h>

/* The journal must mean the same file wherever the batch is resumed from. */
static char *
absolute (const char *word)
{
  if (word[0] == '/' || word[0] == '\0' || g_str_has_prefix (word, "dom:") ||
      g_str_has_prefix (word, "vol:"))
    return g_strdup (word);
  g_autofree char *folder = g_get_current_dir ();
  return g_build_filename (folder, word, NULL);
}

static TplBatchJob *
job_new (const char *source, const char *target)
{
  g_autofree char *from = absolute (source);
  g_autofree char *to = absolute (target);
  TplBatchJob *job = tpl_batch_job_new (from, to);
  job->folder = g_get_current_dir ();
  return job;
}

static TplBatchJob *
job_of_words (int count, char **words, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer)(uintptr_t) "tpl-shrink");
  for (int i = 0; i < count; i++)
    g_ptr_array_add (argv, words[i]);
  g_ptr_array_add (argv, NULL);
  g_autoptr (CliOptions) parsed = cli_options_parse (count + 1, (char *const *)argv->pdata, error);
  if (parsed == NULL)
    return NULL;
  if (parsed->mode != CLI_RUN || parsed->json || parsed->quiet || parsed->verbose) {
    tpl_fail (error, TPL_ERROR_USAGE,
              "a job is SOURCE TARGET and how to make it: no other mode, and no --json, --quiet or "
              "--verbose, which are tpl-batch's own");
    return NULL;
  }
  TplBatchJob *job = job_new (parsed->source, parsed->target);
  for (guint i = 0; i < parsed->settings->len; i++) {
    const CliSetting *setting = &g_array_index (parsed->settings, CliSetting, i);
    tpl_batch_job_set (job, setting->name, setting->value);
  }
  return job;
}

static gboolean
parse_line (const char *line, GPtrArray *jobs, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) why = NULL;
  int count = 0;
  if (!g_shell_parse_argv (line, &count, &words, &why))
    return g_error_matches (why, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING) ||
           tpl_fail (error, TPL_ERROR_USAGE, "%s", why->message);
  TplBatchJob *job = job_of_words (count, words, error);
  if (job == NULL)
    return FALSE;
  g_ptr_array_add (jobs, job);
  return TRUE;
}

static gboolean
parse_lines (const char *text, GPtrArray *jobs, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (parse_line (lines[i], jobs, error))
      continue;
    g_prefix_error (error, "line %u: ", i + 1);
    return FALSE;
  }
  return TRUE;
}

static gboolean
parse_option (TplBatchJob *job, const char *name, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (type == G_TYPE_BOOLEAN) {
    if (json_node_get_boolean (node))
      tpl_batch_job_set (job, name, NULL);
  } else if (type == G_TYPE_STRING)
    tpl_batch_job_set (job, name, json_node_get_string (node));
  else if (type == G_TYPE_INT64) {
    g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    tpl_batch_job_set (job, name, digits);
  } else
    return tpl_fail (error, TPL_ERROR_USAGE, "the option \"%s\" is no text, number or truth value",
                     name);
  return TRUE;
}

static gboolean
parse_options (TplBatchJob *job, JsonNode *node, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return tpl_fail (error, TPL_ERROR_USAGE, "\"options\" is no object of name and value");
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (!parse_option (job, name, member, error))
      return FALSE;
  return TRUE;
}

static const char *
text_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static TplBatchJob *
parse_object (JsonNode *node, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    tpl_fail (error, TPL_ERROR_USAGE, "it is no object with \"source\" and \"target\"");
    return NULL;
  }
  JsonObject *object = json_node_get_object (node);
  const char *source = text_of (json_object_get_member (object, "source"));
  const char *target = text_of (json_object_get_member (object, "target"));
  if (source == NULL || target == NULL) {
    tpl_fail (error, TPL_ERROR_USAGE, "it has no \"source\" or no \"target\"");
    return NULL;
  }
  g_autoptr (TplBatchJob) job = job_new (source, target);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member)) {
    if (strcmp (name, "options") == 0) {
      if (!parse_options (job, member, error))
        return NULL;
    } else if (strcmp (name, "source") != 0 && strcmp (name, "target") != 0) {
      tpl_fail (error, TPL_ERROR_USAGE, "\"%s\" is none of \"source\", \"target\" and \"options\"",
                name);
      return NULL;
    }
  }
  return g_steal_pointer (&job);
}

static gboolean
parse_array (JsonNode *root, GPtrArray *jobs, GError **error)
{
  if (!JSON_NODE_HOLDS_ARRAY (root))
    return tpl_fail (error, TPL_ERROR_USAGE, "it is no list of jobs");
  JsonArray *array = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    TplBatchJob *job = parse_object (json_array_get_element (array, i), error);
    if (job == NULL) {
      g_prefix_error (error, "job %u: ", i + 1);
      return FALSE;
    }
    g_ptr_array_add (jobs, job);
  }
  return TRUE;
}

static gboolean
parse_json (const char *text, GPtrArray *jobs, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonNode) root = tpl_json_parse (text, -1, '[', &why);
  if (root == NULL)
    return tpl_fail (error, TPL_ERROR_USAGE, "it begins like JSON, but: %s", why->message);
  return parse_array (root, jobs, error);
}

static gboolean
parse_yaml (const char *text, GPtrArray *jobs, GError **error)
{
  g_autoptr (JsonNode) root = cli_batch_yaml_parse (text, error);
  return root != NULL && parse_array (root, jobs, error);
}

/* The first line that has something other than a comment. */
static const char *
beginning (const char *text)
{
  for (;;) {
    text += strspn (text, " \t\r\n");
    if (*text != '#')
      return text;
    text += strcspn (text, "\n");
  }
}

GPtrArray *
cli_batch_list_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_batch_job_free);
  const char *start = beginning (text);
  gboolean is_yaml = g_str_has_prefix (start, "- ") || g_str_has_prefix (start, "---") ||
                     g_str_has_prefix (start, "-\n");
  gboolean done = *start == '[' ? parse_json (start, jobs, error)
                  : is_yaml     ? parse_yaml (text, jobs, error)
                                : parse_lines (text, jobs, error);
  return done ? g_steal_pointer (&jobs) : NULL;
}
