/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Little-endian numbers, as most of what is on a PC's disk has them, wherever they stand. */
#pragma once

#include <glib.h>
#include <string.h>

static inline guint64
tpl_le16 (const guint8 *bytes, gsize offset)
{
  guint16 value;
  memcpy (&value, bytes + offset, sizeof value);
  return GUINT16_FROM_LE (value);
}

static inline guint64
tpl_le32 (const guint8 *bytes, gsize offset)
{
  guint32 value;
  memcpy (&value, bytes + offset, sizeof value);
  return GUINT32_FROM_LE (value);
}

static inline guint64
tpl_le64 (const guint8 *bytes, gsize offset)
{
  guint64 value;
  memcpy (&value, bytes + offset, sizeof value);
  return GUINT64_FROM_LE (value);
}
