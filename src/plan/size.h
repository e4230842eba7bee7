/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Arithmetic on sizes that come from a disk: it stops at G_MAXUINT64 instead of wrapping, so that a
 * whole sum can be checked once, at its end, with tpl_size_is_sane ().
 */
#pragma once

#include <glib.h>

#define TPL_KIB G_GUINT64_CONSTANT (1024)
#define TPL_MIB (1024 * TPL_KIB)
#define TPL_GIB (1024 * TPL_MIB)
#define TPL_TIB (1024 * TPL_GIB)

/** No disk is larger than this (1 EiB): a size that is has overflowed, or was a lie. */
#define TPL_SIZE_MAX (1024 * 1024 * TPL_TIB)

static inline guint64
tpl_size_add (guint64 a, guint64 b)
{
  guint64 sum;

  return __builtin_add_overflow (a, b, &sum) ? G_MAXUINT64 : sum;
}

static inline guint64
tpl_size_multiply (guint64 a, guint64 b)
{
  guint64 product;

  return __builtin_mul_overflow (a, b, &product) ? G_MAXUINT64 : product;
}

/** How many units of `unit` (not 0) hold `size`. */
static inline guint64
tpl_size_units (guint64 size, guint64 unit)
{
  return size / unit + (size % unit != 0 ? 1 : 0);
}

static inline guint64
tpl_size_round_up (guint64 size, guint64 unit)
{
  return tpl_size_multiply (tpl_size_units (size, unit), unit);
}

static inline guint64
tpl_size_round_down (guint64 size, guint64 unit)
{
  return size - size % unit;
}

static inline gboolean
tpl_size_is_sane (guint64 size)
{
  return size <= TPL_SIZE_MAX;
}

/** Whether it is one, and from `least` to `most`. */
static inline gboolean
tpl_size_is_power_of_two (guint64 size, guint64 least, guint64 most)
{
  return size >= least && size <= most && (size & (size - 1)) == 0;
}

/** "84 MiB", "1.4 GiB", "512 bytes": rounded to nearest, the same in every locale. The caller's. */
char *tpl_size_to_text (guint64 size_bytes);
