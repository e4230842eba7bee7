/* A directory's entries, read as a whole: a walk may close the directory while it is deep below. */
#ifndef TPL_HELPER_DIR_H
#define TPL_HELPER_DIR_H

#include <stddef.h>
#include <stdint.h>

struct tpl_entry {
  const char *name; /* in the list's memory */
  uint64_t ino;
  unsigned char type; /* DT_*; DT_UNKNOWN on a filesystem that does not say */
};

struct tpl_dir_list {
  struct tpl_entry *entries; /* owned */
  size_t count;
  char *names; /* owned */
};

/* Reads all entries of the open directory FD but "." and "..". Returns 0 or an errno. The caller
   frees LIST in both cases. */
int tpl_dir_read (int fd, struct tpl_dir_list *list);

/* Inode order: the order in which the inodes lie on the disk, so that reading them does not seek.
 */
void tpl_dir_sort_by_inode (struct tpl_dir_list *list);

/* Order of the names' bytes, so that two lists can be merged. */
void tpl_dir_sort_by_name (struct tpl_dir_list *list);

/* Drops all entries that are no directories. */
void tpl_dir_keep_directories (struct tpl_dir_list *list);

void tpl_dir_free (struct tpl_dir_list *list);

#endif
