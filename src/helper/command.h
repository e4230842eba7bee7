/* What every command of tpl-helper shares: the table's entry, exit codes, how errors are told. */
#ifndef TPL_HELPER_COMMAND_H
#define TPL_HELPER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes of tpl-helper. They are read by the program outside the appliance: never renumber. */
enum tpl_exit {
  TPL_EXIT_OK = 0,
  TPL_EXIT_ERROR = 1,     /* something could not be done; stderr says what */
  TPL_EXIT_USAGE = 2,     /* the arguments make no sense; stderr has the usage */
  TPL_EXIT_DIFFERENT = 3, /* `compare` did all its work and found differences */
};

/* One command, one file: `extern const struct tpl_command tpl_command_NAME;`, and a word in main.c.
 */
struct tpl_command {
  const char *name;  /* argv[1] */
  const char *usage; /* the arguments, without the program's and the command's name */
  /* Runs the command. argv[0] is the command's own name. Returns an enum tpl_exit. */
  int (*run) (int argc, char **argv);
};

/* Tells on stderr `tpl-helper: COMMAND: "PATH": WHAT: STRERROR`, the path and WHAT escaped. PATH
   may be NULL (left out), ERRNUM 0 (left out). Returns TPL_EXIT_ERROR, to be returned further. */
int tpl_fail (const char *path, int errnum, const char *what_format, ...)
    __attribute__ ((format (printf, 3, 4)));

/* Tells on stderr that the arguments make no sense, and the running command's usage.
   Returns TPL_EXIT_USAGE. */
int tpl_usage_error (const char *what_format, ...) __attribute__ ((format (printf, 1, 2)));

/* A line "KEY VALUE" of what a command counted. */
struct tpl_count {
  const char *key;
  uint64_t value;
};

/* Prints LINES, which end with one without a key. */
void tpl_counts_print (const struct tpl_count *lines);

/* Reads the decimal TEXT, nothing else in it, as a number of bytes. */
bool tpl_parse_bytes (const char *text, uint64_t *bytes);

/* Names the running command for tpl_fail and tpl_usage_error. main() calls it. */
void tpl_set_running_command (const struct tpl_command *command);

#endif
