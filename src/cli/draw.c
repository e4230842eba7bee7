/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/draw.h"

#include "cli/box.h"
#include "cli/canvas.h"
#include "cli/divide.h"

#define LEAF_ROWS  4 /* two lines of text, the filling, and the border below */
#define OUTER_ROWS 2 /* of what has something in it: one line of text, the border below */

GHashTable *
cli_draw_keys (const TplLayout *layout)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    if (partition->volume != NULL && partition->volume->id != NULL)
      g_hash_table_insert (keys, g_strdup (partition->volume->id),
                           cli_box_partition_key (partition));
  }
  guint letters = 0;
  for (guint i = 0; i < layout->volume_groups->len; i++) {
    const TplVolumeGroup *group = layout->volume_groups->pdata[i];
    for (guint j = 0; j < group->logical_volumes->len; j++, letters++) {
      const TplLogicalVolume *lv = group->logical_volumes->pdata[j];
      g_autofree char *round = letters < 26 ? g_strdup ("") : g_strdup_printf ("%u", letters / 26);
      g_hash_table_insert (keys, g_strdup (lv->volume->id),
                           g_strdup_printf ("%c%s", (char)('a' + letters % 26), round));
    }
  }
  return keys;
}

/* Rows below the top border. */
static int
rows_of (const CliBox *box)
{
  int most = 0;
  for (guint i = 0; i < box->children->len; i++)
    most = MAX (most, rows_of (box->children->pdata[i]));
  return most == 0 ? LEAF_ROWS : most + OUTER_ROWS;
}

/* From the left border to the right one, at least: the key must fit between. */
static int
least_columns (const CliBox *box)
{
  int least = 1 + MAX (cli_columns (box->key), 1);
  int children = 0;
  for (guint i = 0; i < box->children->len; i++)
    children += least_columns (box->children->pdata[i]);
  return MAX (least, children);
}

/* A column of a line of text stays free on the right, unless it is the key's. */
static void
draw_name (CliCanvas *canvas, const CliBox *box, int left, int right, int row)
{
  int room = right - left - 1;
  for (size_t i = 0; i < G_N_ELEMENTS (box->names) && box->names[i] != NULL; i++)
    if (cli_columns (box->names[i]) <= room) {
      cli_canvas_text (canvas, left + 1, row, box->names[i]);
      return;
    }
  cli_canvas_text (canvas, left + 1, row, box->key);
}

static void
draw_filling (CliCanvas *canvas, const CliBox *box, int left, int right, int row,
              CliCharset charset)
{
  const TplVolume *volume = box->volume;
  int room = right - left - 1;
  if (volume == NULL)
    return;
  if (volume->used_bytes == 0 || volume->size_bytes == 0) {
    cli_canvas_fill (canvas, left + 1, row, room, charset == CLI_UTF8 ? L'▒' : '=');
    return;
  }
  /* What is neither used nor free is the filesystem's own: a log, tables. */
  double share = volume->free_bytes > 0
                     ? 1 - (double)volume->free_bytes / (double)volume->size_bytes
                     : (double)volume->used_bytes / (double)volume->size_bytes;
  int used = CLAMP ((int)(share * room + 0.5), 1, room);
  cli_canvas_fill (canvas, left + 1, row, used, charset == CLI_UTF8 ? L'█' : '#');
  cli_canvas_fill (canvas, left + 1 + used, row, room - used, charset == CLI_UTF8 ? L'░' : '.');
}

static void
draw_leaf (CliCanvas *canvas, const CliBox *box, int left, int top, int right, int bottom,
           CliCharset charset)
{
  int room = right - left - 1;
  g_autofree char *size = cli_size (box->size_bytes);
  const char *type = box->volume != NULL ? box->volume->type : NULL;
  g_autofree char *safe = type != NULL ? cli_escape (type, charset) : NULL;
  g_autofree char *both = safe != NULL ? g_strdup_printf ("%s  %s", size, safe) : g_strdup (size);
  draw_name (canvas, box, left, right, top + 1);
  if (cli_columns (both) <= room)
    cli_canvas_text (canvas, left + 1, top + 2, both);
  else if (cli_columns (size) <= room)
    cli_canvas_text (canvas, left + 1, top + 2, size);
  draw_filling (canvas, box, left, right, bottom - 1, charset);
}

static void
draw_children (CliCanvas *canvas, const CliBox *box, int left, int top, int right, int bottom,
               CliCharset charset)
{
  guint count = box->children->len;
  g_autofree CliShare *shares = g_new0 (CliShare, count);
  for (guint i = 0; i < count; i++) {
    const CliBox *child = box->children->pdata[i];
    shares[i] = (CliShare){.weight = child->size_bytes, .least = least_columns (child)};
  }
  cli_divide (shares, count, right - left);
  int at = left;
  for (guint i = 0; i < count; i++) {
    const CliBox *child = box->children->pdata[i];
    int end = at + shares[i].given;
    cli_canvas_box (canvas, at, top, end, bottom);
    if (child->children->len == 0)
      draw_leaf (canvas, child, at, top, end, bottom, charset);
    else {
      draw_name (canvas, child, at, end, top + 1);
      draw_children (canvas, child, at, top + OUTER_ROWS, end, bottom, charset);
    }
    at = end;
  }
}

char *
cli_draw_layout (const TplLayout *layout, GHashTable *keys, guint64 scale_bytes, int columns,
                 CliCharset charset)
{
  g_autoptr (CliBox) disk = cli_box_new_disk (layout, keys, charset);
  int bottom = disk->children->len > 0 ? rows_of (disk) - OUTER_ROWS : LEAF_ROWS;
  double share = scale_bytes > 0 ? (double)layout->size_bytes / (double)scale_bytes : 1;
  int right = (int)(CLAMP (share, 0, 1) * (columns - 1) + 0.5);
  right = MAX (right, least_columns (disk));
  g_autoptr (CliCanvas) canvas = cli_canvas_new (right + 1, bottom + 1);
  cli_canvas_box (canvas, 0, 0, right, bottom);
  draw_children (canvas, disk, 0, 0, right, bottom, charset);
  return cli_canvas_render (canvas, charset);
}

char *
cli_draw_legend (CliCharset charset)
{
  return g_strdup (charset == CLI_UTF8 ? "█ used  ░ free  ▒ swap and what is no filesystem\n"
                                       : "# used  . free  = swap and what is no filesystem\n");
}
