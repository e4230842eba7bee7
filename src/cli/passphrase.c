/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/passphrase.h"

#include "cli/text.h"
#include "tpl-shrink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define ASK ":ask"

gboolean
cli_passphrase_is_asked (const char *value)
{
  return value != NULL && g_str_has_suffix (value, ASK) && strlen (value) > strlen (ASK);
}

/* A line of the terminal goes to `memory` without its end, never through a buffer of stdio's. */
static gboolean
read_line (int terminal, int memory)
{
  char letter = 0;
  gboolean any = FALSE;
  while (read (terminal, &letter, 1) == 1 && letter != '\n')
    any = write (memory, &letter, 1) == 1;
  return any;
}

static gboolean
ask_on (int terminal, const char *prompt, int memory)
{
  struct termios shown, hidden;
  if (tcgetattr (terminal, &shown) != 0)
    return FALSE;
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  if (tcsetattr (terminal, TCSAFLUSH, &hidden) != 0)
    return FALSE;
  gboolean any = write (terminal, prompt, strlen (prompt)) > 0 && read_line (terminal, memory);
  tcsetattr (terminal, TCSAFLUSH, &shown);
  return write (terminal, "\n", 1) == 1 && any;
}

char *
cli_passphrase_ask (const char *value, GError **error)
{
  g_autofree char *id = g_strndup (value, strlen (value) - strlen (ASK));
  g_autofree char *safe = cli_escape (id, CLI_ASCII);
  g_autofree char *prompt = g_strdup_printf ("Passphrase of %s: ", safe);
  int terminal = open ("/dev/tty", O_RDWR | O_CLOEXEC);
  int memory = memfd_create ("tpl-shrink-passphrase", MFD_CLOEXEC); /* stays until the end */
  gboolean asked = terminal >= 0 && memory >= 0 && ask_on (terminal, prompt, memory);
  if (terminal >= 0)
    close (terminal);
  if (asked)
    return g_strdup_printf ("%s:file:/proc/self/fd/%d", id, memory);
  g_set_error (error, TPL_ERROR, TPL_ERROR_USAGE,
               "--key: no passphrase of %s could be asked for, or none was given: where there is no "
               "terminal, give ID:file:PATH",
               safe);
  return NULL;
}
