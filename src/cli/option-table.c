/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/option-table.h"

#include "cli/text.h"
#include "tpl-shrink.h"

#include <getopt.h>

#define HELP_COLUMNS 79
#define HELP_INDENT  29 /* where an option's description stands */

/* getopt's code of the option at `index`: its letter, or one that no letter has. */
static int
code_of (const CliOption *options, size_t index)
{
  return options[index].letter != '\0' ? options[index].letter : 256 + (int)index;
}

static const CliOption *
option_of_code (const CliOption *options, size_t count, int code)
{
  for (size_t i = 0; i < count; i++)
    if (code_of (options, i) == code)
      return &options[i];
  return NULL;
}

/* getopt_long () has returned '?' or ':' for the word before optind. */
static void
set_getopt_error (int code, const CliOption *option, const char *word, GError **error)
{
  if (code == ':')
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "option --%s needs a value (%s)", option->name,
                 option->argument);
  else if (option != NULL)
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "option --%s takes no value", option->name);
  else if (optopt != 0)
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "there is no option -%c", optopt);
  else
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE,
                 "there is no option %s, or it is short for more than one", word);
}

gboolean
cli_option_table_parse (const CliOption *options, size_t count, int argc, char *const argv[],
                        CliOptionTake take, gpointer user_data, int *first, GError **error)
{
  g_autofree struct option *longs = g_new0 (struct option, count + 1);
  g_autoptr (GString) shorts = g_string_new (":");
  for (size_t i = 0; i < count; i++) {
    longs[i] =
        (struct option){options[i].name, options[i].argument ? required_argument : no_argument,
                        NULL, code_of (options, i)};
    if (options[i].letter != '\0')
      g_string_append_printf (shorts, "%c%s", options[i].letter, options[i].argument ? ":" : "");
  }

  optind = 0; /* glibc: start anew, so that a program may parse more than once */
  opterr = 0;
  for (;;) {
    int code = getopt_long (argc, argv, shorts->str, longs, NULL);
    *first = optind;
    if (code == -1)
      return TRUE;
    if (code == '?' || code == ':') {
      const CliOption *option = optopt != 0 ? option_of_code (options, count, optopt) : NULL;
      set_getopt_error (code, option, argv[optind - 1], error);
      return FALSE;
    }
    if (!take (option_of_code (options, count, code), optarg, user_data, error))
      return FALSE;
  }
}

void
cli_option_table_help (const CliOption *options, size_t count, GString *help)
{
  for (size_t i = 0; i < count; i++) {
    const CliOption *option = &options[i];
    g_autofree char *letter =
        option->letter != '\0' ? g_strdup_printf ("-%c,", option->letter) : g_strdup ("");
    g_autofree char *name = g_strdup_printf ("--%s%s%s", option->name, option->argument ? "=" : "",
                                             option->argument ? option->argument : "");
    g_autofree char *wrapped = cli_wrap (option->help, HELP_INDENT, HELP_COLUMNS);
    g_string_append_printf (help, " %3s %-22s  %s\n", letter, name, wrapped);
  }
}
