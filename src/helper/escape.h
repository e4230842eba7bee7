/* Names from a guest's disk are hostile bytes: made printable here before they reach a terminal or
   a line protocol. */
#ifndef TPL_HELPER_ESCAPE_H
#define TPL_HELPER_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes LENGTH bytes to STREAM. Backslash, double quote, control characters and every byte outside
   printable ASCII become \ooo (three octal digits): one line of ASCII that can be turned back. */
void tpl_escape_write (FILE *stream, const char *bytes, size_t length);

/* The same into memory. Returns a string that the caller frees; NULL when memory is short. */
char *tpl_escape (const char *bytes, size_t length);

/* Turns the escaped TEXT back into bytes, in place. *LENGTH gets their number; a NUL follows.
   Returns false when TEXT is nothing that tpl_escape makes (a backslash without three octal digits,
   \000, or over \377). */
bool tpl_unescape (char *text, size_t *length);

#endif
