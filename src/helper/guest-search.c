/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct needle {
  const char *text;
  size_t length;
  bool whole_word;
  int next; /* needle whose first part ends in the same block; -1: none */
};

struct tpl_search {
  struct needle *needles;
  size_t count;
  size_t window;        /* the shortest needle's length, at most 255 */
  uint8_t shift[65536]; /* by the window's last two bytes: how far it may move; 0: look closer */
  int first[65536];     /* by the same: the first needle to compare */
};

static unsigned char
fold (char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* The folded block that ends at TEXT[AT]. */
static unsigned
block_at (const char *text, size_t at)
{
  return (unsigned)fold (text[at - 1]) << 8 | fold (text[at]);
}

static bool
add_needles (struct tpl_search *search, const struct tpl_guest_list *list)
{
  search->needles = calloc (list->count + 1, sizeof *search->needles);
  search->count = list->count;
  search->window = 255;
  if (search->needles == NULL)
    return false;
  for (size_t i = 0; i < list->count; i++) {
    struct needle *needle = &search->needles[i];
    needle->text = list->lines[i].text;
    needle->length = strlen (needle->text);
    needle->whole_word = strcmp (list->lines[i].keyword, "word") == 0;
    if (needle->length < 2)
      return false;
    if (needle->length < search->window)
      search->window = needle->length;
  }
  return true;
}

static void
fill_tables (struct tpl_search *search)
{
  memset (search->shift, (int)(search->window - 1), sizeof search->shift);
  memset (search->first, -1, sizeof search->first);
  for (size_t i = 0; i < search->count; i++) {
    struct needle *needle = &search->needles[i];
    for (size_t end = 1; end < search->window; end++) {
      uint8_t *shift = &search->shift[block_at (needle->text, end)];
      if (search->window - 1 - end < *shift)
        *shift = (uint8_t)(search->window - 1 - end);
    }
    int *first = &search->first[block_at (needle->text, search->window - 1)];
    needle->next = *first;
    *first = (int)i;
  }
}

struct tpl_search *
tpl_search_new (const struct tpl_guest_list *list)
{
  struct tpl_search *search = calloc (1, sizeof *search);
  if (search == NULL || !add_needles (search, list)) {
    tpl_search_free (search);
    return NULL;
  }
  fill_tables (search);
  return search;
}

void
tpl_search_free (struct tpl_search *search)
{
  if (search != NULL)
    free (search->needles);
  free (search);
}

static bool
is_word_byte (char c)
{
  unsigned char f = fold (c);
  return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9') || f == '_' || f == '+' || f == '-';
}

static bool
stands_at (const struct needle *needle, const char *text, size_t length, size_t at)
{
  if (needle->length > length - at)
    return false;
  for (size_t i = 0; i < needle->length; i++)
    if (fold (text[at + i]) != fold (needle->text[i]))
      return false;
  size_t end = at + needle->length;
  return !needle->whole_word || ((at == 0 || !is_word_byte (text[at - 1])) &&
                                 (end == length || !is_word_byte (text[end])));
}

void
tpl_search_run (const struct tpl_search *search, const char *text, size_t length, bool *found)
{
  for (size_t end = search->window - 1; end < length;) {
    unsigned block = block_at (text, end);
    if (search->shift[block] > 0) {
      end += search->shift[block];
      continue;
    }
    size_t at = end + 1 - search->window;
    for (int i = search->first[block]; i >= 0; i = search->needles[i].next)
      if (!found[i] && stands_at (&search->needles[i], text, length, at))
        found[i] = true;
    end++;
  }
}
