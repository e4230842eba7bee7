#include "helper/path.h"

#include <stdlib.h>
#include <string.h>

bool
tpl_path_init (struct tpl_path *path)
{
  path->room = 4096;
  path->text = malloc (path->room);
  if (path->text == NULL)
    return false;
  tpl_path_cut (path, 0);
  return true;
}

bool
tpl_path_push (struct tpl_path *path, const char *name)
{
  size_t name_length = strlen (name);
  size_t needed = path->length + name_length + 2;
  if (needed > path->room) {
    char *text = realloc (path->text, needed * 2);
    if (text == NULL)
      return false;
    path->text = text;
    path->room = needed * 2;
  }
  path->text[path->length] = '/';
  memcpy (path->text + path->length + 1, name, name_length + 1);
  path->length += 1 + name_length;
  return true;
}

void
tpl_path_cut (struct tpl_path *path, size_t length)
{
  path->length = length;
  if (length == 0) {
    path->text[0] = '/';
    path->text[1] = '\0';
    return;
  }
  path->text[length] = '\0';
}

void
tpl_path_free (struct tpl_path *path)
{
  free (path->text);
  path->text = NULL;
}
