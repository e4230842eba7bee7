/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches for many strings at once, without regard to ASCII case (Wu and Manber, "A fast algorithm
   for multi-pattern searching", 1994, with blocks of two bytes): most bytes of a text are never
   looked at, which counts under emulation. */
#ifndef TPL_HELPER_GUEST_SEARCH_H
#define TPL_HELPER_GUEST_SEARCH_H

#include "helper/guest-list.h"

#include <stdbool.h>
#include <stddef.h>

struct tpl_search;

/* The needles are LIST's lines "bytes TEXT", found anywhere, and "word TEXT", found where no
   letter, digit, `_`, `+` or
   `-` stands next to them. LIST must outlive the search. NULL: no memory, or a needle of less than
   two bytes. */
struct tpl_search *tpl_search_new (const struct tpl_guest_list *list);

void tpl_search_free (struct tpl_search *search);

/* Sets FOUND[i] for each needle i, as LIST counts, that stands in TEXT. Others are left as they
 * are. */
void tpl_search_run (const struct tpl_search *search, const char *text, size_t length, bool *found);

#endif
