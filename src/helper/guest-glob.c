/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-glob.h"

#include <string.h>

bool
tpl_glob_has_magic (const char *text)
{
  return strpbrk (text, "*?[") != NULL;
}

/* Whether BYTE is in the class at GLOB (behind its `[`). *END gets what follows the `]`; NULL: not
 * closed. */
static bool
in_class (const char *glob, char byte, const char **end)
{
  bool negated = *glob == '!';
  bool found = false;
  const char *p = glob + (negated ? 1 : 0);
  const char *first = p;
  for (; *p != '\0' && (*p != ']' || p == first); p++) {
    unsigned char low = (unsigned char)*p;
    unsigned char high = low;
    if (p[1] == '-' && p[2] != '\0' && p[2] != ']') {
      high = (unsigned char)p[2];
      p += 2;
    }
    found = found || ((unsigned char)byte >= low && (unsigned char)byte <= high);
  }
  *end = *p == ']' ? p + 1 : NULL;
  return found != negated;
}

bool
tpl_glob_match (const char *glob, const char *path)
{
  for (; *glob != '\0'; path++) {
    if (*glob == '*') {
      bool crosses = glob[1] == '*';
      glob += crosses ? 2 : 1;
      for (;; path++) {
        if (tpl_glob_match (glob, path))
          return true;
        if (*path == '\0' || (*path == '/' && !crosses))
          return false;
      }
    }
    if (*path == '\0')
      return false;
    const char *end = NULL;
    if (*glob == '[') {
      bool fits = in_class (glob + 1, *path, &end);
      if (end != NULL && (!fits || *path == '/'))
        return false;
    }
    if (end != NULL) {
      glob = end;
      continue;
    }
    if (*glob == '?' ? *path == '/' : *glob != *path)
      return false;
    glob++;
  }
  return *path == '\0';
}
