#include "helper/command.h"

#include "helper/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tpl_command *running;

void
tpl_set_running_command (const struct tpl_command *command)
{
  running = command;
}

static void
print_escaped (const char *format, va_list args)
{
  char *text = NULL;
  int length = vasprintf (&text, format, args);
  if (length < 0) {
    fputs (format, stderr);
    return;
  }
  tpl_escape_write (stderr, text, (size_t)length);
  free (text);
}

static void
print_prefix (void)
{
  fputs ("tpl-helper: ", stderr);
  if (running != NULL)
    fprintf (stderr, "%s: ", running->name);
}

int
tpl_fail (const char *path, int errnum, const char *what_format, ...)
{
  va_list args;

  print_prefix ();
  if (path != NULL) {
    putc ('"', stderr);
    tpl_escape_write (stderr, path, strlen (path));
    fputs ("\": ", stderr);
  }
  va_start (args, what_format);
  print_escaped (what_format, args);
  va_end (args);
  if (errnum != 0)
    fprintf (stderr, ": %s", strerror (errnum));
  putc ('\n', stderr);
  return TPL_EXIT_ERROR;
}

int
tpl_usage_error (const char *what_format, ...)
{
  va_list args;

  print_prefix ();
  va_start (args, what_format);
  print_escaped (what_format, args);
  va_end (args);
  putc ('\n', stderr);
  if (running != NULL)
    fprintf (stderr, "usage: tpl-helper %s %s\n", running->name, running->usage);
  return TPL_EXIT_USAGE;
}

void
tpl_counts_print (const struct tpl_count *lines)
{
  for (; lines->key != NULL; lines++)
    printf ("%s %" PRIu64 "\n", lines->key, lines->value);
}

bool
tpl_parse_bytes (const char *text, uint64_t *bytes)
{
  char *end;

  if (text[0] < '0' || text[0] > '9')
    return false;
  errno = 0;
  *bytes = strtoumax (text, &end, 10);
  return errno == 0 && *end == '\0';
}
