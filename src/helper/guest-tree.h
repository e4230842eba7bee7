/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths of a guest, resolved as the guest itself would: below a root directory, which neither `..` nor an absolute
   symbolic link leaves. Mounts below the root are crossed: they are the guest's. */
#ifndef TPL_HELPER_GUEST_TREE_H
#define TPL_HELPER_GUEST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* What a path led to. Everything is owned; tpl_guest_path_clear () gives it back. */
struct tpl_guest_path {
  int parent_fd;   /* O_PATH descriptor of the directory that holds it */
  char *name;      /* within that directory; "." for the root itself */
  char *real_path; /* absolute, below the root, free of links */
  struct stat status; /* of the object itself, never a symbolic link unless that was asked for */
};

/* Opens the guest's root. Returns a descriptor, or -1 with errno. */
int tpl_guest_open_root (const char *root);

/* Resolves PATH (absolute or not, below the root). With FOLLOW, a symbolic link at its end is followed too.
   Returns 0, or an errno value: ELOOP after 40 links, ENAMETOOLONG below 256 directories. */
int tpl_guest_resolve (int root_fd, const char *path, bool follow, struct tpl_guest_path *found);

void tpl_guest_path_clear (struct tpl_guest_path *path);

/* Opens a regular file that was found, with FLAGS (O_RDONLY, O_WRONLY). Returns a descriptor, or -1 with errno: EINVAL
   for what is no regular file (a FIFO would make open wait for ever). */
int tpl_guest_open_file (const struct tpl_guest_path *path, int flags);

/* Reads a regular file whole, up to MAX_BYTES (EFBIG beyond). Returns 0 or an errno value; the caller frees *CONTENT. */
int tpl_guest_read_file (const struct tpl_guest_path *path, size_t max_bytes, char **content, size_t *size_bytes);

#endif
