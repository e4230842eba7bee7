/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A page of character cells: rectangles whose borders join where they meet, and text. */
#pragma once

#include "cli/text.h"

typedef struct CliCanvas CliCanvas;

/** An empty page; the caller's. Columns and rows count from 0. */
CliCanvas *cli_canvas_new (int columns, int rows);
void cli_canvas_free (CliCanvas *canvas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliCanvas, cli_canvas_free)

/** The border of a rectangle, its corners inclusive. */
void cli_canvas_box (CliCanvas *canvas, int left, int top, int right, int bottom);

/** Writes UTF-8 text to the right of a cell; what does not fit on the page is cut. */
void cli_canvas_text (CliCanvas *canvas, int column, int row, const char *text);

/** Fills `count` cells of a row. */
void cli_canvas_fill (CliCanvas *canvas, int column, int row, int count, gunichar glyph);

/** The page as lines, without spaces at their ends. The caller's. */
char *cli_canvas_render (const CliCanvas *canvas, CliCharset charset);
