/* Items of a btrfs tree, as the kernel gives them (BTRFS_IOC_TREE_SEARCH_V2). */
#ifndef TPL_HELPER_BTRFS_SEARCH_H
#define TPL_HELPER_BTRFS_SEARCH_H

#include <linux/btrfs.h>

/* Hears of one item: HEADER->len bytes at ITEM, without alignment. Returns 0 or an errno. */
typedef int (*tpl_btrfs_visit) (void *context, const struct btrfs_ioctl_search_header *header,
                                const void *item);

/* Visits the items from KEY's least objectid, type and offset to its greatest, in the tree's order;
   its greatest offset is that of all. FD is of any file of the filesystem. Returns 0 or an errno.
 */
int tpl_btrfs_search (int fd, const struct btrfs_ioctl_search_key *key, tpl_btrfs_visit visit,
                      void *context);

#endif
