/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "cli/text.h"
#include "tpl-shrink.h"

#include <getopt.h>
#include <string.h>

typedef enum {
  KIND_MODE,    /* `number` is the CliMode */
  KIND_FLAG,    /* `number` is the offset of a gboolean in CliOptions */
  KIND_SETTING, /* the library's own, with a value if there is an `argument` */
} Kind;

typedef struct {
  const char *name;
  char letter;          /* '\0': none */
  const char *argument; /* NULL: none */
  Kind kind;
  size_t number;
  const char *help;
} Option;

static const Option options[] = {
    {"plan", 0, NULL, KIND_MODE, CLI_PLAN,
     "show what would be done and the target's size; write nothing"},
    {"check-host", 0, NULL, KIND_MODE, CLI_CHECK_HOST,
     "show what this host lacks and the command that mends it"},
    {"size", 0, "SIZE", KIND_SETTING, 0, "size of the target (default: the smallest that fits)"},
    {"headroom", 0, "SIZE", KIND_SETTING, 0,
     "free space in every filesystem (default: 5% of its content, 16M at least)"},
    {"swap-size", 0, "SIZE", KIND_SETTING, 0,
     "minimal, keep, none or a size for each swap volume (default: minimal)"},
    {"vg", 0, "NAME", KIND_SETTING, 0, "name of the volume group (default: after TARGET)"},
    {"identity", 0, "WHICH", KIND_SETTING, 0,
     "new: new UUIDs and names, as a copy needs; keep: all as in SOURCE (default: new)"},
    {"format", 0, "FORMAT", KIND_SETTING, 0,
     "raw or qcow2, of TARGET (default: by TARGET's suffix, else raw)"},
    {"compress", 0, NULL, KIND_SETTING, 0, "compress TARGET, which must be a qcow2 file"},
    {"source-format", 0, "FORMAT", KIND_SETTING, 0,
     "raw or qcow2, of SOURCE (default: found out where that is safe)"},
    {"disk", 0, "PATH", KIND_SETTING, 0,
     "another disk of the guest, which is only read: its volume group's parts; may be repeated"},
    {"key", 0, "KEY", KIND_SETTING, 0,
     "opens an encrypted volume: UUID:file:PATH or UUID:ask; all instead of UUID; may be repeated"},
    {"engine", 0, "ENGINE", KIND_SETTING, 0,
     "helper or xfsdump copies the files (default: helper)"},
    {"verify", 0, "HOW", KIND_SETTING, 0, "full, metadata or none (default: full)"},
    {"boot-test", 0, NULL, KIND_SETTING, 0,
     "start TARGET once, on an overlay, and give it its name only if it comes up"},
    {"seed", 0, "TEXT", KIND_SETTING, 0,
     "what all new UUIDs are made from, for a repeatable plan (default: random)"},
    {"force", 0, NULL, KIND_SETTING, 0, "write to TARGET though it holds something"},
    {"connect", 'c', "URI", KIND_SETTING, 0,
     "libvirt of this host (default: $LIBVIRT_DEFAULT_URI, else the one that runs)"},
    {"swap-into-domain", 0, NULL, KIND_SETTING, 0,
     "when TARGET is proven, it takes SOURCE's place in its domain; keeps the identity"},
    {"rename", 0, NULL, KIND_SETTING, 0,
     "with --swap-into-domain: TARGET takes SOURCE's name too, SOURCE is kept as NAME.old"},
    {"replace", 0, NULL, KIND_SETTING, 0,
     "TARGET is a volume already: make it anew, and let the old one go when that is proven"},
    {"define", 0, "NAME", KIND_SETTING, 0,
     "define a new, minimal domain for TARGET after SOURCE's domain"},
    {"rollback", 0, NULL, KIND_MODE, CLI_ROLLBACK, "give DOMAIN its disk of before the last swap"},
    {"delete-source", 0, NULL, KIND_MODE, CLI_DELETE_SOURCE,
     "delete the old disk of the last swap, if DOMAIN runs from the new one"},
    {"yes", 0, NULL, KIND_SETTING, 0, "--delete-source: even if DOMAIN does not run"},
    {"recover", 0, NULL, KIND_MODE, CLI_RECOVER,
     "finish or undo what killed runs left in libvirt, as each run does first"},
    {"json", 0, NULL, KIND_FLAG, offsetof (CliOptions, json),
     "one JSON object a line on standard output"},
    {"quiet", 'q', NULL, KIND_FLAG, offsetof (CliOptions, quiet), "errors only"},
    {"verbose", 'v', NULL, KIND_FLAG, offsetof (CliOptions, verbose), "every single step as well"},
    {"version", 0, NULL, KIND_MODE, CLI_VERSION, "print the version"},
    {"help", 'h', NULL, KIND_MODE, CLI_HELP, "print this text"},
};

#define HELP_COLUMNS 79
#define HELP_INDENT  29 /* where an option's description stands */

/* getopt's code of the option at `index`: its letter, or one that no letter has. */
static int
code_of (size_t index)
{
  return options[index].letter != '\0' ? options[index].letter : 256 + (int)index;
}

static const Option *
option_of_code (int code)
{
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    if (code_of (i) == code)
      return &options[i];
  return NULL;
}

char *
cli_options_help (void)
{
  GString *help = g_string_new (
      "Usage: tpl-shrink [OPTION...] SOURCE TARGET\n"
      "       tpl-shrink --plan [OPTION...] SOURCE [TARGET]\n"
      "       tpl-shrink --rollback | --delete-source [--yes] DOMAIN\n"
      "       tpl-shrink --recover | --check-host\n"
      "\n"
      "Makes TARGET: SOURCE's Linux guest on a disk as small as what is in it. SOURCE\n"
      "(of a stopped machine) and TARGET are block devices or image files, raw or\n"
      "qcow2, or libvirt's vol:POOL/VOLUME or dom:NAME[:TARGET]. SOURCE is never\n"
      "written. SIZE is a number with K, M, G or T (powers of 1024).\n"
      "\n");
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
    const Option *option = &options[i];
    g_autofree char *letter =
        option->letter != '\0' ? g_strdup_printf ("-%c,", option->letter) : g_strdup ("");
    g_autofree char *name = g_strdup_printf ("--%s%s%s", option->name, option->argument ? "=" : "",
                                             option->argument ? option->argument : "");
    g_autofree char *wrapped = cli_wrap (option->help, HELP_INDENT, HELP_COLUMNS);
    g_string_append_printf (help, " %3s %-22s  %s\n", letter, name, wrapped);
  }
  g_string_append (
      help, "\nExit status: 0 done, 1 failed, 2 wrong call, 3 refused, 4 too small,\n"
            "5 try again, 6 verification failed, 7 nothing to gain, 8 host lacks a program,\n"
            "128+N stopped by signal N. More: man tpl-shrink.\n");
  return g_string_free (help, FALSE);
}

static void
clear_setting (gpointer data)
{
  CliSetting *setting = data;
  g_free (setting->value);
}

void
cli_options_free (CliOptions *parsed)
{
  g_free (parsed->source);
  g_free (parsed->target);
  g_array_unref (parsed->settings);
  g_free (parsed);
}

static void
take (CliOptions *parsed, const Option *option, const char *value)
{
  switch (option->kind) {
  case KIND_MODE:
    /* --help and --version win over what else is asked for. */
    if (parsed->mode != CLI_HELP && parsed->mode != CLI_VERSION)
      parsed->mode = (CliMode)option->number;
    return;
  case KIND_FLAG:
    G_STRUCT_MEMBER (gboolean, parsed, option->number) = TRUE;
    return;
  case KIND_SETTING: {
    CliSetting setting = {option->name, g_strdup (value)};
    g_array_append_val (parsed->settings, setting);
    return;
  }
  }
}

/* getopt_long () has returned '?' or ':' for the word before optind. */
static void
set_getopt_error (int code, char *const argv[], GError **error)
{
  const Option *option = optopt != 0 ? option_of_code (optopt) : NULL;
  const char *word = argv[optind - 1];
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

static gboolean
parse_words (CliOptions *parsed, int argc, char *const argv[], GError **error)
{
  struct option longs[G_N_ELEMENTS (options) + 1] = {{0}};
  g_autoptr (GString) shorts = g_string_new (":");
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++) {
    longs[i] = (struct option){
        options[i].name, options[i].argument ? required_argument : no_argument, NULL, code_of (i)};
    if (options[i].letter != '\0')
      g_string_append_printf (shorts, "%c%s", options[i].letter, options[i].argument ? ":" : "");
  }

  optind = 0; /* glibc: start anew, so that a program may parse more than once */
  opterr = 0;
  for (;;) {
    int code = getopt_long (argc, argv, shorts->str, longs, NULL);
    if (code == -1)
      return TRUE;
    if (code == '?' || code == ':') {
      set_getopt_error (code, argv, error);
      return FALSE;
    }
    take (parsed, option_of_code (code), optarg);
  }
}

/* How many arguments each mode takes. */
static gboolean
take_arguments (CliOptions *parsed, int count, char *const arguments[], GError **error)
{
  static const struct {
    int least, most;
    const char *wanted;
  } modes[] = {
      [CLI_RUN] = {2, 2, "a SOURCE and a TARGET are needed"},
      [CLI_PLAN] = {1, 2, "--plan needs a SOURCE, and takes a TARGET"},
      [CLI_CHECK_HOST] = {0, 0, "--check-host takes no SOURCE"},
      [CLI_RECOVER] = {0, 0, "--recover takes no SOURCE"},
      [CLI_ROLLBACK] = {1, 1, "--rollback needs a DOMAIN"},
      [CLI_DELETE_SOURCE] = {1, 1, "--delete-source needs a DOMAIN"},
      [CLI_HELP] = {0, INT_MAX, NULL},
      [CLI_VERSION] = {0, INT_MAX, NULL},
  };
  if (count < modes[parsed->mode].least || count > modes[parsed->mode].most) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "%s; %d given", modes[parsed->mode].wanted,
                 count);
    return FALSE;
  }
  if (parsed->quiet && parsed->verbose) {
    g_set_error_literal (error, TPL_ERROR, TPL_ERROR_USAGE,
                         "--quiet and --verbose contradict each other");
    return FALSE;
  }
  for (int i = 0; i < count && i < 2; i++) {
    if (arguments[i][0] == '\0' && modes[parsed->mode].wanted != NULL) {
      g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE, "%s is an empty word",
                   i == 0 ? "SOURCE" : "TARGET");
      return FALSE;
    }
    *(i == 0 ? &parsed->source : &parsed->target) = g_strdup (arguments[i]);
  }
  return TRUE;
}

CliOptions *
cli_options_parse (int argc, char *const argv[], GError **error)
{
  g_autoptr (CliOptions) parsed = g_new0 (CliOptions, 1);
  parsed->settings = g_array_new (FALSE, FALSE, sizeof (CliSetting));
  g_array_set_clear_func (parsed->settings, clear_setting);
  if (!parse_words (parsed, argc, argv, error) ||
      !take_arguments (parsed, argc - optind, argv + optind, error))
    return NULL;
  return g_steal_pointer (&parsed);
}
