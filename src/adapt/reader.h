/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Whatever holds a guest's bytes, as an operation: a device in the appliance, a disk on the host,
 * or a test's own. */
#pragma once

#include <glib.h>

typedef struct TplReader TplReader;
struct TplReader {
  /** Reads exactly `length` bytes. */
  GBytes *(*read) (const TplReader *reader, guint64 offset_bytes, gsize length, GError **error);
  const char *device; /* these two: of whoever made it */
  gpointer user_data;
};
