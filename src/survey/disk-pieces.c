/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "error.h"
#include "plan/size.h"
#include "survey/disk.h"

typedef struct {
  TplDisk disk;
  TplDisk *whole; /* borrowed */
  TplDiskPiece *pieces;
  guint count;
} Pieces;

/* The piece that holds a byte of the disk, and where in it; NULL behind the last. */
static const TplDiskPiece *
find (const Pieces *pieces, guint64 offset_bytes, guint64 *inside_bytes)
{
  for (guint i = 0; i < pieces->count; i++) {
    *inside_bytes = offset_bytes;
    if (offset_bytes < pieces->pieces[i].size_bytes)
      return &pieces->pieces[i];
    offset_bytes -= pieces->pieces[i].size_bytes;
  }
  return NULL;
}

static GBytes *
pieces_read (TplDisk *disk, guint64 offset_bytes, gsize length, GError **error)
{
  const Pieces *pieces = (const Pieces *)disk;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  while (all->len < length) {
    guint64 inside = 0;
    const TplDiskPiece *piece = find (pieces, offset_bytes + all->len, &inside);
    gsize part = (gsize)MIN (length - all->len, piece->size_bytes - inside);
    g_autoptr (GBytes) bytes
        = tpl_disk_read (pieces->whole, piece->start_bytes + inside, part, error);
    if (!bytes || part == length)
      return g_steal_pointer (&bytes);
    g_byte_array_append (all, g_bytes_get_data (bytes, NULL), (guint)part);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

static guint64
pieces_next_data (TplDisk *disk, guint64 offset_bytes)
{
  const Pieces *pieces = (const Pieces *)disk;
  guint64 inside = 0;
  const TplDiskPiece *piece;
  while ((piece = find (pieces, offset_bytes, &inside))) {
    guint64 in_whole = piece->start_bytes + inside;
    guint64 data = pieces->whole->next_data (pieces->whole, in_whole);
    if (data < piece->start_bytes + piece->size_bytes)
      return offset_bytes + (data - in_whole);
    offset_bytes += piece->size_bytes - inside;
  }
  return disk->size_bytes;
}

static void
pieces_free (TplDisk *disk)
{
  Pieces *pieces = (Pieces *)disk;
  g_free (pieces->pieces);
  g_free (pieces);
}

TplDisk *
tpl_disk_new_pieces (TplDisk *whole, const TplDiskPiece *pieces, guint count, GError **error)
{
  guint64 size = 0;
  for (guint i = 0; i < count; i++) {
    guint64 end = tpl_size_add (pieces[i].start_bytes, pieces[i].size_bytes);
    size = tpl_size_add (size, pieces[i].size_bytes);
    if (end <= whole->size_bytes && tpl_size_is_sane (size))
      continue;
    tpl_fail (error, TPL_ERROR_REFUSED,
              "bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
              " are spoken of, and the disk has %" G_GUINT64_FORMAT,
              pieces[i].start_bytes, end, whole->size_bytes);
    return NULL;
  }
  Pieces *made = g_new0 (Pieces, 1);
  made->disk = (TplDisk){
    .size_bytes = size, .read = pieces_read, .next_data = pieces_next_data, .free = pieces_free
  };
  made->whole = whole;
  made->pieces = g_memdup2 (pieces, sizeof *pieces * count);
  made->count = count;
  return &made->disk;
}
