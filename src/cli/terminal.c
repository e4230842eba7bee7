/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/terminal.h"

#include <sys/ioctl.h>

int
cli_terminal_columns (FILE *stream)
{
  struct winsize size;
  int columns = 80;
  if (ioctl (fileno (stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    columns = size.ws_col;
  return MAX (columns - 1, 20);
}

int
cli_terminal_lines (FILE *stream)
{
  struct winsize size;
  return ioctl (fileno (stream), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

void
cli_append_bar (GString *line, double share, int columns, CliCharset charset)
{
  int full = (int)(share * columns);
  g_string_append (line, charset == CLI_UTF8 ? "" : "[");
  for (int i = 0; i < columns; i++)
    g_string_append (line, charset == CLI_UTF8 ? (i < full ? "█" : "░") : (i < full ? "#" : "."));
  g_string_append (line, charset == CLI_UTF8 ? "" : "]");
}
