/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/status.h"

#include "tpl-shrink.h"

int
cli_status (const GError *error, int signal)
{
  if (error == NULL)
    return 0;
  /* Whatever else went wrong while it stopped, it was asked to. */
  if (signal != 0)
    return 128 + signal;
  if (error->domain != TPL_ERROR || error->code < TPL_ERROR_FAILED || error->code > TPL_ERROR_HOST)
    return TPL_ERROR_FAILED;
  return error->code;
}
