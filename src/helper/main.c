/* tpl-helper: the program that runs inside the appliance: libc, and nettle for SHA-256. */
#include "helper/command.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

extern const struct tpl_command tpl_command_apply;
extern const struct tpl_command tpl_command_btrfs_survey;
extern const struct tpl_command tpl_command_compare;
extern const struct tpl_command tpl_command_copy;
extern const struct tpl_command tpl_command_digest;
extern const struct tpl_command tpl_command_extlinux;
extern const struct tpl_command tpl_command_gather;
extern const struct tpl_command tpl_command_mount;
extern const struct tpl_command tpl_command_scan;
extern const struct tpl_command tpl_command_unmount;

/* Adding a command is one file and one word here. */
static const struct tpl_command *const commands[] = {
    &tpl_command_apply,
    &tpl_command_btrfs_survey,
    &tpl_command_compare,
    &tpl_command_copy,
    &tpl_command_digest,
    &tpl_command_extlinux,
    &tpl_command_gather,
    &tpl_command_mount,
    &tpl_command_scan,
    &tpl_command_unmount,
    NULL,
};

static void
print_usage (FILE *stream)
{
  fputs ("usage:\n", stream);
  for (size_t i = 0; commands[i] != NULL; i++)
    fprintf (stream, "  tpl-helper %s %s\n", commands[i]->name, commands[i]->usage);
}

static int
run_command (const struct tpl_command *command, int argc, char **argv)
{
  tpl_set_running_command (command);
  int status = command->run (argc, argv);
  /* Output that was lost (a full pipe's reader gone, a full disk) must not look like success. */
  if ((fflush (stdout) != 0 || ferror (stdout)) && status != TPL_EXIT_ERROR)
    return tpl_fail (NULL, 0, "cannot write to standard output");
  return status;
}

int
main (int argc, char **argv)
{
  /* A reader that has gone is an error of the write, or nothing at all, but never a death. */
  signal (SIGPIPE, SIG_IGN);
  if (argc >= 2 && strcmp (argv[1], "--help") == 0) {
    print_usage (stdout);
    return TPL_EXIT_OK;
  }
  for (size_t i = 0; argc >= 2 && commands[i] != NULL; i++)
    if (strcmp (argv[1], commands[i]->name) == 0)
      return run_command (commands[i], argc - 1, argv + 1);

  print_usage (stderr);
  return TPL_EXIT_USAGE;
}
