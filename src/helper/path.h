/* The path of the place that a walk has come to, for messages only: files are always reached by
   directory descriptor and name, since paths here may be far longer than PATH_MAX. */
#ifndef TPL_HELPER_PATH_H
#define TPL_HELPER_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct tpl_path {
  char *text;    /* "/" for the tree's root, else "/a/b"; owned */
  size_t length; /* bytes without the NUL; 0 stands for the root */
  size_t room;
};

/* Makes PATH the root. Returns false when memory is short. */
bool tpl_path_init (struct tpl_path *path);

/* Appends one name. Returns false when memory is short. */
bool tpl_path_push (struct tpl_path *path, const char *name);

/* Goes back to a LENGTH that the path had before. */
void tpl_path_cut (struct tpl_path *path, size_t length);

void tpl_path_free (struct tpl_path *path);

#endif
