/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rate.h"

#include "cli/text.h"

#include <string.h>

void
cli_rate_add (CliRate *rate, double seconds, guint64 bytes)
{
  /* The last sample moves on until it is a step away from the one before it. */
  gboolean is_step = rate->count < 2 || rate->samples[rate->count - 1].seconds -
                                                rate->samples[rate->count - 2].seconds >=
                                            CLI_RATE_STEP_SECONDS;
  if (is_step && rate->count == CLI_RATE_SAMPLES) {
    memmove (&rate->samples[0], &rate->samples[1],
             (CLI_RATE_SAMPLES - 1) * sizeof rate->samples[0]);
    rate->count--;
  }
  guint at = is_step ? rate->count++ : rate->count - 1;
  rate->samples[at].seconds = seconds;
  rate->samples[at].bytes = bytes;
}

double
cli_rate_get (const CliRate *rate)
{
  if (rate->count < 2)
    return 0;
  double seconds = rate->samples[rate->count - 1].seconds - rate->samples[0].seconds;
  if (seconds < CLI_RATE_STEP_SECONDS ||
      rate->samples[rate->count - 1].bytes < rate->samples[0].bytes)
    return 0;
  return (double)(rate->samples[rate->count - 1].bytes - rate->samples[0].bytes) / seconds;
}

char *
cli_rate_text (const CliRate *rate)
{
  double bytes_per_second = cli_rate_get (rate);
  if (bytes_per_second < 1)
    return NULL;
  /* 2^64 itself would no longer go into the integer. */
  g_autofree char *size =
      cli_size (bytes_per_second < 0x1p63 ? (guint64)bytes_per_second : G_MAXUINT64);
  return g_strconcat (size, "/s", NULL);
}

double
cli_rate_left (const CliRate *rate, guint64 left_bytes)
{
  double bytes_per_second = cli_rate_get (rate);
  return bytes_per_second > 0 ? (double)left_bytes / bytes_per_second : -1;
}
