/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include "cli/option-table.h"
#include "tpl-shrink.h"

#include <string.h>

enum {
  KIND_MODE,    /* `number` is the CliMode */
  KIND_FLAG,    /* `number` is the offset of a gboolean in CliOptions */
  KIND_VERIFY,  /* a setting, or with a receipt a mode */
  KIND_SETTING, /* the library's own, with a value if there is an `argument` */
};

static const CliOption options[] = {
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
    {"verify", 0, "HOW", KIND_VERIFY, 0,
     "full, metadata or none: what is compared with SOURCE (default: full); or a RECEIPT, which "
     "the disk TARGET is compared with"},
    {"receipt", 0, "FILE", KIND_SETTING, 0,
     "write to FILE what was done, and to FILE.files.gz the digest of every file"},
    {"snapshots", 0, "WHAT", KIND_SETTING, 0,
     "of btrfs: refuse, drop, or flatten them to subvolumes (default: refuse)"},
    {"boot-test", 0, NULL, KIND_SETTING, 0,
     "start TARGET once, on an overlay, and give it its name only if it comes up"},
    {"seed", 0, "TEXT", KIND_SETTING, 0,
     "what all new UUIDs are made from, for a repeatable plan (default: random)"},
    {"appliance-timeout", 0, "N", KIND_SETTING, 0,
     "end an appliance that shows no sign of life for N seconds (default: 600; 0: never)"},
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

char *
cli_options_help (void)
{
  GString *help = g_string_new (
      "Usage: tpl-shrink [OPTION...] SOURCE TARGET\n"
      "       tpl-shrink --plan [OPTION...] SOURCE [TARGET]\n"
      "       tpl-shrink --verify RECEIPT TARGET\n"
      "       tpl-shrink --rollback | --delete-source [--yes] DOMAIN\n"
      "       tpl-shrink --recover | --check-host\n"
      "\n"
      "Makes TARGET: SOURCE's Linux guest on a disk as small as what is in it. SOURCE\n"
      "(of a stopped machine) and TARGET are block devices or image files, raw or\n"
      "qcow2, or libvirt's vol:POOL/VOLUME or dom:NAME[:TARGET]. SOURCE is never\n"
      "written. SIZE is a number with K, M, G or T (powers of 1024).\n"
      "\n");
  cli_option_table_help (options, G_N_ELEMENTS (options), help);
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
add_setting (CliOptions *parsed, const char *name, const char *value)
{
  CliSetting setting = {name, g_strdup (value)};
  g_array_append_val (parsed->settings, setting);
}

/* "--verify=full SOURCE TARGET" is a setting, "--verify RECEIPT TARGET" a mode: no file of one of
 * those three names is meant (./full is one). */
static void
take_verify (CliOptions *parsed, const char *value)
{
  static const char *const levels[] = {"full", "metadata", "none", NULL};
  gboolean is_level = g_strv_contains (levels, value);
  add_setting (parsed, is_level ? "verify" : "receipt", value);
  if (!is_level && parsed->mode == CLI_RUN)
    parsed->mode = CLI_VERIFY;
}

static gboolean
take (const CliOption *option, const char *value, gpointer user_data, GError **error)
{
  (void)error;
  CliOptions *parsed = user_data;
  switch (option->kind) {
  case KIND_MODE:
    /* --help and --version win over what else is asked for. */
    if (parsed->mode != CLI_HELP && parsed->mode != CLI_VERSION)
      parsed->mode = (CliMode)option->number;
    break;
  case KIND_FLAG:
    G_STRUCT_MEMBER (gboolean, parsed, option->number) = TRUE;
    break;
  case KIND_VERIFY:
    take_verify (parsed, value);
    break;
  case KIND_SETTING:
    add_setting (parsed, option->name, value);
    break;
  }
  return TRUE;
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
      [CLI_VERIFY] = {1, 1,
                      "--verify takes full, metadata or none; with the name of a receipt, it needs "
                      "one TARGET, which is compared with it"},
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
  int first = argc;
  if (!cli_option_table_parse (options, G_N_ELEMENTS (options), argc, argv, take, parsed, &first,
                               error) ||
      !take_arguments (parsed, argc - first, argv + first, error))
    return NULL;
  return g_steal_pointer (&parsed);
}
