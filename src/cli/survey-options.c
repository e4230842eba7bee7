/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/survey-options.h"

#include "tpl-shrink.h"

static const char summary[]
    = "Ranks what is worth shrinking: for every disk of every domain, or for those that\n"
      "the PATHs name (image files, block devices, folders of images), what tpl-shrink\n"
      "would make of it. Reads partition tables, LVM's metadata and superblocks, writes\n"
      "nothing.";
static const char statuses[]
    = "Exit status: 0 the survey was made, whatever it says of single disks; 1 failed,\n"
      "2 wrong call, 3 neither PATHs nor libvirt, 5 libvirt does not answer.\n"
      "More: man tpl-survey.";

void
cli_survey_options_free (CliSurveyOptions *options)
{
  g_free (options->connect);
  g_strfreev (options->paths);
  g_free (options);
}

CliSurveyOptions *
cli_survey_options_parse (int argc, char *argv[], GError **error)
{
  g_autoptr (CliSurveyOptions) options = g_new0 (CliSurveyOptions, 1);
  g_autofree char *sort = NULL;
  const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &options->all, "read disks that are in use, too", NULL },
    { "sort", 's', 0, G_OPTION_ARG_STRING, &sort,
      "won, name, virtual, used, predicted, time, state", "KEY" },
    { "bytes", 'b', 0, G_OPTION_ARG_NONE, &options->bytes, "sizes in bytes", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "one JSON document", NULL },
    { "connect", 'c', 0, G_OPTION_ARG_STRING, &options->connect, "libvirt of this host", "URI" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "print the version", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, "[PATH...]" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) why = NULL;
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, statuses);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &why)) {
    g_set_error_literal (error, TPL_ERROR, TPL_ERROR_USAGE, why->message);
    return NULL;
  }
  if (!cli_survey_key (sort ? sort : "won", &options->sort)) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "--sort %s: say %s", sort,
                 cli_survey_key_names ());
    return NULL;
  }
  return g_steal_pointer (&options);
}
