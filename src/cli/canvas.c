/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/canvas.h"

/* The sides of a cell on which a line leaves it. */
enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

/* The right half of a wide character. */
#define COVERED ((gunichar)-1)

typedef struct {
  gunichar glyph; /* 0: none */
  guint8 sides;
} Cell;

struct CliCanvas {
  int columns;
  int rows;
  Cell *cells;
};

CliCanvas *
cli_canvas_new (int columns, int rows)
{
  CliCanvas *canvas = g_new0 (CliCanvas, 1);
  canvas->columns = MAX (columns, 0);
  canvas->rows = MAX (rows, 0);
  canvas->cells = g_new0 (Cell, (gsize)canvas->columns * (gsize)canvas->rows);
  return canvas;
}

void
cli_canvas_free (CliCanvas *canvas)
{
  g_free (canvas->cells);
  g_free (canvas);
}

/* NULL outside the page. */
static Cell *
cell_at (const CliCanvas *canvas, int column, int row)
{
  if (column < 0 || row < 0 || column >= canvas->columns || row >= canvas->rows)
    return NULL;
  return &canvas->cells[(gsize)row * (gsize)canvas->columns + (gsize)column];
}

static void
add_sides (CliCanvas *canvas, int column, int row, guint sides)
{
  Cell *cell = cell_at (canvas, column, row);
  if (cell != NULL)
    cell->sides = (guint8)(cell->sides | sides);
}

void
cli_canvas_box (CliCanvas *canvas, int left, int top, int right, int bottom)
{
  for (int column = left; column < right; column++) {
    add_sides (canvas, column, top, RIGHT);
    add_sides (canvas, column + 1, top, LEFT);
    add_sides (canvas, column, bottom, RIGHT);
    add_sides (canvas, column + 1, bottom, LEFT);
  }
  for (int row = top; row < bottom; row++) {
    add_sides (canvas, left, row, DOWN);
    add_sides (canvas, left, row + 1, UP);
    add_sides (canvas, right, row, DOWN);
    add_sides (canvas, right, row + 1, UP);
  }
}

void
cli_canvas_fill (CliCanvas *canvas, int column, int row, int count, gunichar glyph)
{
  for (int i = 0; i < count; i++) {
    Cell *cell = cell_at (canvas, column + i, row);
    if (cell != NULL)
      cell->glyph = glyph;
  }
}

void
cli_canvas_text (CliCanvas *canvas, int column, int row, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (g_unichar_iszerowidth (c))
      continue;
    int width = g_unichar_iswide (c) ? 2 : 1;
    if (cell_at (canvas, column + width - 1, row) == NULL)
      return;
    cli_canvas_fill (canvas, column, row, 1, c);
    if (width == 2)
      cli_canvas_fill (canvas, column + 1, row, 1, COVERED);
    column += width;
  }
}

static gunichar
line_glyph (guint8 sides, CliCharset charset)
{
  static const gunichar lines[16] = {' ',  L'╵', L'╷', L'│', L'╴', L'┘', L'┐', L'┤',
                                     L'╶', L'└', L'┌', L'├', L'─', L'┴', L'┬', L'┼'};
  if (charset == CLI_UTF8)
    return lines[sides & 15];
  if (sides == 0)
    return ' ';
  return (sides & (LEFT | RIGHT)) == 0 ? '|' : (sides & (UP | DOWN)) == 0 ? '-' : '+';
}

char *
cli_canvas_render (const CliCanvas *canvas, CliCharset charset)
{
  GString *page = g_string_new (NULL);
  for (int row = 0; row < canvas->rows; row++) {
    gsize end = page->len; /* behind the last character that shows */
    for (int column = 0; column < canvas->columns; column++) {
      const Cell *cell = cell_at (canvas, column, row);
      gunichar glyph = cell->glyph != 0 ? cell->glyph : line_glyph (cell->sides, charset);
      if (glyph == COVERED)
        continue;
      g_string_append_unichar (page, glyph);
      if (glyph != ' ')
        end = page->len;
    }
    g_string_truncate (page, end);
    g_string_append_c (page, '\n');
  }
  return g_string_free (page, FALSE);
}
