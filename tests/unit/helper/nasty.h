/* A tree that holds one of every kind of thing that a copy can lose: made, described and spoilt
   here by code that shares nothing with what is tested. Everything works relative to the current
   directory; every failure ends the program. */
#ifndef TPL_TESTS_NASTY_H
#define TPL_TESTS_NASTY_H

#include <linux/fs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nasty_options {
  bool has_reflink; /* the filesystem can share extents */
  bool has_bigtime; /* it keeps times after 2038 */
  unsigned many;    /* entries of the big directory */
};

/* Ends the program with WHAT, NAME and errno's text. */
_Noreturn void nasty_die (const char *what, const char *name);

/* Writes LENGTH bytes at OFFSET of file NAME, made if need be; SEED decides which bytes. */
void nasty_write (const char *name, uint64_t offset, size_t length, unsigned seed);

void nasty_mkdir (const char *name, mode_t mode);

/* Changes flags and project of NAME by FS_IOC_FSSETXATTR. */
void nasty_set_attr (const char *name, uint32_t xflags, uint32_t project, uint32_t extsize,
                     uint32_t cowextsize);

/* Sets an extended attribute, also of a symbolic link. */
void nasty_set_xattr (const char *name, const char *key, const void *value, size_t length);

/* Sets an ACL by its extended attribute's name: owner rwx, user UID rw-, group r-x, mask MASK. */
void nasty_set_acl (const char *name, const char *key, unsigned uid, unsigned mask);

/* Goes down into the deep directory (longer than PATH_MAX), from the tree's root. */
void nasty_enter_deep (void);

enum { nasty_deep_levels = 30 };

/* Makes the tree in the current directory: nasty-content.c, nasty-attributes.c. */
void nasty_make_content (const struct nasty_options *options);
void nasty_make_attributes (const struct nasty_options *options);
void nasty_make_flags (const struct nasty_options *options);

/* Gives everything below the current directory times of its own. */
void nasty_stamp (const struct nasty_options *options);

/* Prints one line an inode, and all that it is. */
void nasty_manifest (void);

/* Does one named damage; with NULL: lists them as `NAME PATH WHAT`. */
void nasty_mutate (const char *name, const struct nasty_options *options);

#endif
