/* XFS tells flags and project of an inode that cannot be opened (symbolic link, FIFO, device) only
   through its bulkstat call. */
#ifndef TPL_HELPER_XFS_STAT_H
#define TPL_HELPER_XFS_STAT_H

#include "helper/inode.h"

/* Fills ATTR for inode number INO of NODE's tree. Returns 0 or an exit code, the error told. */
int tpl_xfs_stat_attr (const struct tpl_node *node, uint64_t ino, struct fsxattr *attr);

#endif
