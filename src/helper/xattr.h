/* Extended attributes in every namespace, of every kind of inode. */
#ifndef TPL_HELPER_XATTR_H
#define TPL_HELPER_XATTR_H

#include "helper/inode.h"

#include <stddef.h>

/* The kernel hands out no longer list and no longer value (XATTR_LIST_MAX, XATTR_SIZE_MAX). */
enum { TPL_XATTR_BYTES = 65536 };

struct tpl_xattr_names {
  char bytes[TPL_XATTR_BYTES];
  const char *sorted[TPL_XATTR_BYTES / 2 + 1]; /* into BYTES */
  size_t count;
};

/* Lists NODE's attributes by name. XFS shows an ACL twice, also under the name trusted.SGI_ACL_*
   that it has on the disk: that one is left out. Returns 0 or an exit code, the error told. */
int tpl_xattr_list (const struct tpl_node *node, struct tpl_xattr_names *names);

/* Reads one value. *LENGTH gets its bytes. */
int tpl_xattr_get (const struct tpl_node *node, const char *name, char value[TPL_XATTR_BYTES],
                   size_t *length);

/* Gives TO all attributes of FROM; *COPIED gets their number. An ACL may change TO's mode. */
int tpl_xattr_copy (const struct tpl_node *from, const struct tpl_node *to, size_t *copied);

/* Takes from TO all attributes that FROM does not have. */
int tpl_xattr_remove_others (const struct tpl_node *from, const struct tpl_node *to);

#endif
