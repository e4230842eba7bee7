/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Divides columns among boxes in proportion to their sizes. */
#pragma once

#include <glib.h>

typedef struct {
  guint64 weight;
  int least; /* columns that it gets in any case */
  int given; /* the result */
} CliShare;

/** Gives `columns` away, all of them if that many are needed at least; else each gets its least. */
void cli_divide (CliShare *shares, guint count, int columns);
