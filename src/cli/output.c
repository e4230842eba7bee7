/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/output.h"

#include "cli/text.h"
#include "tpl-shrink.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

void
cli_output_complain (const char *program, const char *message)
{
  g_autofree char *safe = cli_escape_lines (message, cli_charset_of_locale ());
  fprintf (stderr, "%s: %s\n", program, safe);
}

int
cli_output_finish (const char *program, int status)
{
  errno = 0;
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  g_autofree char *message = g_strdup_printf ("writing to standard output: %s",
                                              errno != 0 ? g_strerror (errno) : "failed");
  cli_output_complain (program, message);
  return status != 0 ? status : TPL_ERROR_FAILED;
}

int
cli_output_print (const char *program, char *text)
{
  fputs (text, stdout);
  g_free (text);
  return cli_output_finish (program, 0);
}

int
cli_output_columns (void)
{
  struct winsize size;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    return size.ws_col;
  return 80;
}
