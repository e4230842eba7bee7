/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include "cli/text.h"

#define SPACE_COLUMNS 2
#define LEAST_COLUMNS 6 /* of a column that is cut */

struct CliTable {
  const CliTableColumn *columns;
  guint count;
  GPtrArray *cells; /* char *, row by row */
};

CliTable *
cli_table_new (const CliTableColumn *columns, guint count)
{
  CliTable *table = g_new0 (CliTable, 1);
  table->columns = columns;
  table->count = count;
  table->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < count; i++)
    g_ptr_array_add (table->cells, g_strdup (columns[i].title));
  return table;
}

void
cli_table_free (CliTable *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table);
}

void
cli_table_add (CliTable *table, char *const *cells)
{
  for (guint i = 0; i < table->count; i++)
    g_ptr_array_add (table->cells, cells[i] != NULL ? cells[i] : g_strdup (""));
}

/* Cuts the widest column that may be cut by one, until all fits or none may. */
static void
shrink (const CliTable *table, int *widths, int too_much)
{
  while (too_much > 0) {
    int *widest = NULL;
    for (guint i = 0; i < table->count; i++)
      if (table->columns[i].may_shrink && widths[i] > LEAST_COLUMNS &&
          (widest == NULL || widths[i] > *widest))
        widest = &widths[i];
    if (widest == NULL)
      return;
    (*widest)--;
    too_much--;
  }
}

char *
cli_table_render (const CliTable *table, int width)
{
  g_autofree int *widths = g_new0 (int, table->count);
  for (guint i = 0; i < table->cells->len; i++)
    widths[i % table->count] = MAX (widths[i % table->count], cli_columns (table->cells->pdata[i]));
  int sum = SPACE_COLUMNS * ((int)table->count - 1);
  for (guint i = 0; i < table->count; i++)
    sum += widths[i];
  shrink (table, widths, sum - width);

  GString *text = g_string_new (NULL);
  for (guint i = 0; i < table->cells->len; i++) {
    guint column = i % table->count;
    const char *cell = table->cells->pdata[i];
    g_autofree char *fitted = cli_fit (cell, widths[column]);
    if (table->columns[column].is_right && cli_columns (cell) <= widths[column])
      g_string_append_printf (text, "%*s%s", widths[column] - cli_columns (cell), "", cell);
    else
      g_string_append (text, fitted);
    if (column + 1 < table->count) {
      g_string_append_printf (text, "%*s", SPACE_COLUMNS, "");
      continue;
    }
    while (text->len > 0 && text->str[text->len - 1] == ' ')
      g_string_truncate (text, text->len - 1);
    g_string_append_c (text, '\n');
  }
  return g_string_free (text, FALSE);
}
