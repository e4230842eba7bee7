#include "helper/escape.h"

#include <stdlib.h>
#include <string.h>

static bool
is_plain (unsigned char byte)
{
  return byte >= 0x20 && byte < 0x7f && byte != '\\' && byte != '"';
}

static void
octal (char out[4], unsigned char byte)
{
  out[0] = '\\';
  out[1] = (char)('0' + (byte >> 6));
  out[2] = (char)('0' + ((byte >> 3) & 7));
  out[3] = (char)('0' + (byte & 7));
}

void
tpl_escape_write (FILE *stream, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    char code[4];
    if (is_plain (byte)) {
      putc_unlocked (byte, stream);
      continue;
    }
    octal (code, byte);
    fwrite (code, 1, sizeof code, stream);
  }
}

char *
tpl_escape (const char *bytes, size_t length)
{
  size_t room;
  if (__builtin_mul_overflow (length, 4, &room) || __builtin_add_overflow (room, 1, &room))
    return NULL;
  char *text = malloc (room);
  if (text == NULL)
    return NULL;

  size_t at = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (is_plain (byte)) {
      text[at++] = (char)byte;
      continue;
    }
    octal (text + at, byte);
    at += 4;
  }
  text[at] = '\0';
  return text;
}

/* The byte that the three characters at TEXT stand for; -1 when they are no octal byte, or NUL,
 * which no name holds. */
static int
octal_value (const char *text)
{
  int value = 0;
  for (int i = 0; i < 3; i++) {
    if (text[i] < '0' || text[i] > '7')
      return -1;
    value = value * 8 + (text[i] - '0');
  }
  return value >= 1 && value <= 0377 ? value : -1;
}

bool
tpl_unescape (char *text, size_t *length)
{
  size_t to = 0;
  for (size_t from = 0; text[from] != '\0'; to++) {
    if (text[from] != '\\') {
      text[to] = text[from++];
      continue;
    }
    int value = octal_value (text + from + 1);
    if (value < 0)
      return false;
    text[to] = (char)value;
    from += 4;
  }
  text[to] = '\0';
  *length = to;
  return true;
}
