/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/divide.h"

/* Settles those who would get less than their least; true if there was one. */
static gboolean
settle_small (CliShare *shares, guint count, int *columns, double *weight)
{
  gboolean found = FALSE;
  double per_weight = *weight > 0 ? *columns / *weight : 0;
  for (guint i = 0; i < count; i++) {
    if (shares[i].given != 0 || (double)shares[i].weight * per_weight >= shares[i].least)
      continue;
    shares[i].given = shares[i].least;
    *columns -= shares[i].least;
    *weight -= (double)shares[i].weight;
    found = TRUE;
  }
  return found;
}

void
cli_divide (CliShare *shares, guint count, int columns)
{
  double weight = 0;
  for (guint i = 0; i < count; i++) {
    shares[i].given = 0;
    weight += (double)shares[i].weight;
  }
  while (settle_small (shares, count, &columns, &weight))
    ;

  /* The others share what is left; rounding the running sum loses no column. */
  int left = MAX (columns, 0), given = 0;
  double sum = 0;
  for (guint i = 0; i < count; i++) {
    if (shares[i].given != 0)
      continue;
    sum += (double)shares[i].weight;
    int end = weight > 0 ? (int)(sum / weight * left + 0.5) : 0;
    shares[i].given = MAX (end - given, shares[i].least);
    given = end;
  }
  if (given == 0 && count > 0 && columns > 0)
    shares[count - 1].given += columns; /* all were small */
}
