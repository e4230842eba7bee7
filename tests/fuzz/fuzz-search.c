/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast search finds what a slow one finds. The input's first byte says how many needles are cut
 * from what follows, each of a few bytes; the rest is the text. */
#include "fuzz.h"
#include "helper/guest-search.h"

#include <string.h>

enum { MAX_NEEDLES = 8 };

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '+' || c == '-';
}

static gboolean
finds_slowly (const struct tpl_guest_line *needle, const char *text, size_t length)
{
  size_t n = strlen (needle->text);
  gboolean word = strcmp (needle->keyword, "word") == 0;
  for (size_t at = 0; at + n <= length; at++) {
    gboolean same = TRUE;
    for (size_t i = 0; i < n; i++)
      same = same && g_ascii_tolower (text[at + i]) == g_ascii_tolower (needle->text[i]);
    gboolean alone = (at == 0 || !is_word_byte (text[at - 1])) &&
                     (at + n == length || !is_word_byte (text[at + n]));
    if (same && (!word || alone))
      return TRUE;
  }
  return FALSE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct tpl_guest_line lines[MAX_NEEDLES];
  char texts[MAX_NEEDLES][10];
  size_t count = size > 0 ? data[0] % MAX_NEEDLES : 0;
  const char *text = (const char *)data + (size > 0 ? 1 : 0);
  size_t length = size > 0 ? size - 1 : 0;
  for (size_t i = 0; i < count; i++) {
    size_t n = 2 + (length > 0 ? (uint8_t)text[0] % 7 : 0);
    if (length < n + 1)
      return 0;
    memcpy (texts[i], text + 1, n);
    texts[i][n] = '\0';
    if (strlen (texts[i]) < 2)
      return 0;
    lines[i] = (struct tpl_guest_line){text[0] % 2 ? "word" : "bytes", texts[i]};
    text += n + 1;
    length -= n + 1;
  }

  const struct tpl_guest_list list = {lines, count, NULL};
  bool found[MAX_NEEDLES] = {false};
  struct tpl_search *search = tpl_search_new (&list);
  FUZZ_ASSERT (search != NULL);
  tpl_search_run (search, text, length, found);
  for (size_t i = 0; i < count; i++)
    FUZZ_ASSERT (found[i] == finds_slowly (&lines[i], text, length));
  tpl_search_free (search);
  return 0;
}
